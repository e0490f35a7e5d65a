"""What may be shown: the policy, its verifier, and queries that cannot get round it. Pure."""

from bot.safety.canonical import by_id as by_id
from bot.safety.canonical import canonical as canonical
from bot.safety.canonical import plain_tags as plain_tags
from bot.safety.policy import SAFE as SAFE
from bot.safety.policy import Policy as Policy
from bot.safety.verifier import Refusal as Refusal
from bot.safety.verifier import VerifiedPost as VerifiedPost
from bot.safety.verifier import verify as verify
