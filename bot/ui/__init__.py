"""What people see: verified posts as embeds, buttons, pagers, and failures said usefully."""
