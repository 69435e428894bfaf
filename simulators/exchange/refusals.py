"""What Exchange says when it says no, with its types. Ids vary in real life and may be missing."""

from simulators.exchange.wire import Refusal

TASKS = "Microsoft.Exchange.Configuration.Tasks"
DIRECTORY = "Microsoft.Exchange.Data.Directory"
RECIPIENT = "Microsoft.Exchange.Management.RecipientTasks"
INVOKE = "Microsoft.Exchange.Management.PSDirectInvoke"
SERVER = "DB6PR04A01DC002.EURPR04A001.PROD.OUTLOOK.COM"


def not_found(identity: str) -> Refusal:
    sentence = f"The operation couldn't be performed because object '{identity[:200]}' couldn't be found on '{SERVER}'."
    return Refusal(404, f"{TASKS}.ManagementObjectNotFoundException", sentence, "Ex6F9304")


def several(identity: str) -> Refusal:
    sentence = f"The operation couldn't be performed because '{identity[:200]}' matches multiple entries."
    return Refusal(400, f"{TASKS}.ManagementObjectNotFoundException", sentence, "Ex9E65A2")


def already_member(member: str, group: str) -> Refusal:
    sentence = f'The recipient "{member}" is already a member of the group "{group}".'
    return Refusal(400, f"{RECIPIENT}.MemberAlreadyExistsException", sentence, "Ex5D1C2F")


def no_member(member: str, group: str) -> Refusal:
    sentence = f'The recipient "{member}" isn\'t a member of the group "{group}".'
    return Refusal(400, f"{RECIPIENT}.MemberNotFoundException", sentence, "Ex2A9C11")


def not_manager() -> Refusal:
    sentence = "You don't have sufficient permissions. This operation can only be performed by a manager of the group."
    return Refusal(400, f"{RECIPIENT}.OperationRequiresGroupManagerException", sentence, "ExD6B6BB")


def exists(dn: str) -> Refusal:
    sentence = f"Active Directory operation failed on {SERVER}. The object '{dn}' already exists."
    return Refusal(400, f"{DIRECTORY}.ADObjectAlreadyExistsException", sentence, "Ex6B2A5F")


def address_taken(address: str, owner: str, *, elsewhere: bool = False) -> Refusal:
    """`elsewhere`: the other service still knows it, of a mailbox that is gone or a list that has just lost it."""
    sentence = (
        f'The proxy address "SMTP:{address}" is already being used by the proxy addresses or LegacyExchangeDN of "{owner}". '
        "Please choose another proxy address."
    )
    if elsewhere:
        return Refusal(400, f"{DIRECTORY}.WLCDManagedMemberExistsException", sentence, "ExB10BE9")
    return Refusal(400, f"{DIRECTORY}.ProxyAddressExistsException", sentence, "Ex49BB4C")


def foreign_domain(domain: str) -> Refusal:
    sentence = f"You can't use the domain because it's not an accepted domain for your organization: \"{domain}\"."
    return Refusal(400, f"{RECIPIENT}.NotAcceptedDomainException", sentence, "Ex9F3C8E")


def on_premises(cmdlet: str, parameters: str, name: str) -> Refusal:
    sentence = (
        f"The operation on \"{name}\" failed because it's out of the current user's write scope. The action '{cmdlet}', '{parameters}', "
        f"can't be performed on the object '{name}' because the object is being synchronized from your on-premises organization. "
        "This action should be performed on the object in your on-premises organization."
    )
    return Refusal(400, f"{TASKS}.InvalidOperationInDehydratedContextException", sentence, "ExF2A4B1")


def unknown_parameter(name: str) -> Refusal:
    sentence = (
        "Parameter set cannot be resolved using the specified named parameters. "
        f"One or more parameters issued cannot be used together or an insufficient number of parameters were provided. Invalid cmdlet parameters specified. {name[:80]}"
    )
    return Refusal(400, f"{INVOKE}.AmbiguousParameterSetException", sentence)


def missing_parameter(*names: str) -> Refusal:
    sentence = f"Cannot process command because of one or more missing mandatory parameters: {' '.join(names)}."
    return Refusal(400, f"{INVOKE}.ParameterBindingException", sentence)


def bad_value(name: str, why: str) -> Refusal:
    """Shape 3 in real life: the sentence is only in the inner exception."""
    return Refusal(
        400, f"{INVOKE}.ParameterTransformationException", f"Cannot process argument transformation on parameter '{name}'. {why}", shape=3
    )


def invalid(sentence: str) -> Refusal:
    return Refusal(400, f"{DIRECTORY}.DataValidationException", sentence, "Ex1C4E5A")


def too_long(name: str, most: int, length: int) -> Refusal:
    sentence = f"The length of the property is too long. The maximum length is {most} and the length of the value provided is {length}."
    return Refusal(400, f"{DIRECTORY}.PropertyValidationException", f"{name}: {sentence}", "ExA2D1B7")


def rule(sentence: str) -> Refusal:
    return Refusal(400, f"{TASKS}.RecipientTaskException", sentence, "Ex3C89F0")


def group_mailbox(cmdlet: str) -> Refusal:
    return rule(f"The operation '{cmdlet}' is not supported on GroupMailbox.")


def bad_filter(why: str) -> Refusal:
    sentence = f"Cannot bind parameter 'Filter' to the target. Exception setting \"Filter\": {why}"
    return Refusal(400, f"{INVOKE}.ParameterBindingException", sentence)
