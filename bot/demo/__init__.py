"""The demo: a sample world, simulated sites that serve it, and the page to try the bot in."""
