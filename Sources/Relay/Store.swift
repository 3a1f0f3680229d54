/// What lasts, whole. Stages take only the protocol they need; the backend is one, so that a change and its journal line are one transaction.
package typealias Store = Spool & Queue & Journal & DirectoryStore & ConditionsStore & TokenStore & ConsentStore & VaultStore & AuditStore
    & HandoutStore & RequestStore & DmarcStore
