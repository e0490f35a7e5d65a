"""What may be shown: the policy, its verifier, and queries that cannot get round it. Pure.

profile ∧ channel verdict ∧ server ∧ channel ∧ filters ∧ switches   -> `policy_for`
a person's words + policy                                           -> `canonical`
the very post that is to be rendered + policy                       -> `verify`
"""

from bot.safety.canonical import by_id as by_id
from bot.safety.canonical import canonical as canonical
from bot.safety.channels import ChannelFacts as ChannelFacts
from bot.safety.channels import ChannelKind as ChannelKind
from bot.safety.channels import Profile as Profile
from bot.safety.channels import Verdict as Verdict
from bot.safety.channels import verdict as verdict
from bot.safety.composition import Switches as Switches
from bot.safety.composition import Wishes as Wishes
from bot.safety.composition import policy_for as policy_for
from bot.safety.naming import may_name as may_name
from bot.safety.plain import plain_tags as plain_tags
from bot.safety.policy import SAFE as SAFE
from bot.safety.policy import Policy as Policy
from bot.safety.preset import PRESET as PRESET
from bot.safety.preset import PresetTag as PresetTag
from bot.safety.rules import Action as Action
from bot.safety.rules import Imported as Imported
from bot.safety.rules import Place as Place
from bot.safety.rules import Rule as Rule
from bot.safety.rules import Written as Written
from bot.safety.verifier import Refusal as Refusal
from bot.safety.verifier import VerifiedPost as VerifiedPost
from bot.safety.verifier import verify as verify
