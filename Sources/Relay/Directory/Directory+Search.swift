internal import HashTreeCollections
internal import Mail

/// What is looked for among very many: a look at the octets tells nearly all of those apart in whom the text cannot stand.
extension Directory {
    /// Those of a kind of whom it is true, and in whose texts this one may stand, in the order in which a store has them: of the octets of their ids.
    package func entities(
        _ kind: EntityKind, mentioning text: String, after id: String?, limit: Int, where fits: (DirectoryEntity) -> Bool
    ) -> [DirectoryEntity] {
        guard limit > 0 else { return [] }
        let needle = FoldedNeedle(text)
        // At most as many as are wanted, the first of those seen so far.
        var found: [DirectoryEntity] = []
        func note(_ entity: DirectoryEntity) {
            let key = entity.key.id
            if let id, !id.precedes(key) { return }
            if found.count == limit, let last = found.last, !key.precedes(last.key.id) { return }
            guard fits(entity) else { return }
            let place = found.firstPlace { $0.key.id.precedes(key) }
            found.insert(entity, at: place)
            if found.count > limit { found.removeLast() }
        }
        if kind == .delegation, let needle, !needle.isOfManyForms {
            for delegation in delegations.values where delegation.mayMention(needle) { note(.delegation(delegation)) }
        } else {
            for entity in entities(kind) { note(entity) }
        }
        return found
    }
}

extension Delegation {
    fileprivate func mayMention(_ needle: FoldedNeedle) -> Bool {
        if case .address(let address) = covers {
            if needle.stands(in: address.key) { return true }
        } else if needle.stands(in: covers.description) {
            return true
        }
        return needle.stands(in: id.text) || needle.stands(in: mailbox.text) || needle.stands(in: grantedBy) || needle.stands(in: reason)
            || needle.stands(in: kind.rawValue)
    }
}

extension String {
    fileprivate func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

extension RandomAccessCollection<DirectoryEntity> where Index == Int {
    /// Behind all those of whom it is true.
    fileprivate func firstPlace(_ isBefore: (DirectoryEntity) -> Bool) -> Int {
        var places = startIndex..<endIndex
        while !places.isEmpty {
            let middle = places.lowerBound + places.count / 2
            places = isBefore(self[middle]) ? middle + 1..<places.upperBound : places.lowerBound..<middle
        }
        return places.lowerBound
    }
}
