/// The directory as it would be, for whoever asks what that would mean.
extension Administration {
    /// Without this, and without what cannot be without it.
    package func without(_ key: EntityKey) throws(AdministrationRefusal) -> Administration {
        var next = self
        next.directory.apply(try remove([key], cascades: true).gone.map { .remove($0) }, edition: directory.edition)
        return next
    }

    /// With this switched off, if it can be.
    package func withOff(_ entity: DirectoryEntity) -> Administration {
        let off: DirectoryEntity
        switch entity {
        case .mailbox(var mailbox):
            mailbox.isEnabled = false
            off = .mailbox(mailbox)
        case .family(var family):
            family.isEnabled = false
            off = .family(family)
        case .grant(var grant):
            grant.isEnabled = false
            off = .grant(grant)
        case .setting, .user, .provider, .application, .delegation, .deny, .client: off = entity
        }
        var next = self
        next.directory.apply([.put(off)], edition: directory.edition)
        return next
    }
}
