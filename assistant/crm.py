"""The CRM that a workspace is set up to sync from."""

from enum import StrEnum

from pydantic import SecretStr

from assistant.settings import Settings
from ingest.crm.patience import Patience
from ingest.crm.source import Crm


class CrmName(StrEnum):
    """The CRMs there are."""

    SALESFORCE = "salesforce"
    HUBSPOT = "hubspot"


def signed_in(name: CrmName, settings: Settings, patience: Patience | None = None) -> Crm:
    """The CRM, signed in to with what the settings say.

    Raises:
        BadRequest: credentials or the client library lack; says which.
        CrmUnavailable: it refuses them, or does not answer.
    """
    patience = patience or Patience()
    if name is CrmName.HUBSPOT:
        from ingest.crm.hubspot import HubSpot, HubSpotLogin

        token = _said(settings.hubspot_access_token)
        return HubSpot(HubSpotLogin(access_token=token, base_url=settings.hubspot_base_url), patience)

    from ingest.crm.salesforce import Salesforce, SalesforceLogin

    login = SalesforceLogin(
        instance_url=settings.salesforce_instance_url,
        access_token=_said(settings.salesforce_access_token),
        username=settings.salesforce_username,
        password=_said(settings.salesforce_password),
        security_token=_said(settings.salesforce_security_token),
        client_id=settings.salesforce_client_id,
        client_secret=_said(settings.salesforce_client_secret),
        domain=settings.salesforce_domain,
    )
    return Salesforce(login, patience)


def _said(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
