internal import Mail

/// What somebody says of one thing of the directory, in the words of the directory file, whatever it was told by; and the secrets beside it, which no file
/// has a place for.
package struct Particulars: Sendable {
    package let kind: EntityKind
    package var entries: [DocumentValue.Entry]
    /// In the request, as `items[2]`; empty: the whole of it.
    package let place: String
    package var secrets: [SecretName.Kind: Secret]
    /// Of a grant: whoever consented is to be forgotten. A consent alone says who that is, but a person may say that it is nobody any more.
    package var forgetsPin = false
    /// Of a grant: who has consented is said by a file that was made of a directory, and whoever applies it answers for that.
    var bringsPin = false
    /// Of which it says the digest.
    var newKey: ClientKey?

    package init(_ kind: EntityKind, _ entries: [DocumentValue.Entry], at place: String = "", secrets: [SecretName.Kind: Secret] = [:]) {
        self.kind = kind
        self.entries = entries
        self.place = place
        self.secrets = secrets
    }

    /// As text, which is what a command line and a form have; nil is not said.
    package init(_ kind: EntityKind, _ said: KeyValuePairs<String, String?>) {
        self.init(kind, said.compactMap { key, text in text.map { DocumentValue.Entry(key, .text($0)) } })
    }

    /// A body of a request.
    package init(_ kind: EntityKind, _ document: DocumentReader) throws(DocumentError) {
        self.init(kind, try document.fields().entries, at: document.path)
    }

    package subscript(key: String) -> DocumentValue? {
        get {
            guard let value = entries.first(where: { $0.key == key })?.value, value != .null else { return nil }
            return value
        }
        set {
            entries.removeAll { $0.key == key }
            if let newValue { entries.append(.init(key, newValue)) }
        }
    }

    /// Whether it was said, if only that there is none.
    package func says(_ key: String) -> Bool { entries.contains { $0.key == key } }

    /// Where it is in the request.
    func path(of key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

    /// The id that was given.
    var id: String? { if case .text(let id)? = self["id"] { id } else { nil } }

    func reader(id: String?) -> DocumentReader {
        let rest = id == nil ? entries : entries.filter { $0.key != "id" }
        return DocumentReader(.map((id.map { [.init("id", .text($0))] } ?? []) + rest), path: place)
    }

    /// The end of the secret before says nothing of a new one.
    package mutating func endOld(_ secrets: [SecretName.Kind: Secret], unlessSaidIn patch: [DocumentValue.Entry]) {
        guard kind == .application, !secrets.isEmpty, !patch.contains(where: { $0.key == "secret_expires" }) else { return }
        self["secret_expires"] = nil
    }

    /// The users and delegations that they may touch; everything else of a directory is small.
    package var slice: DirectorySlice {
        var slice = DirectorySlice()
        for key in ["id", "default_user"] {
            if case .text(let text)? = self[key], let id = UserID(text) { slice.users.insert(id) }
        }
        if case .text(let text)? = self["covers"] { slice.add(covered: text) }
        if case .list(let items)? = self["addresses"] {
            for item in items {
                let value = item["address"] ?? item
                if case .text(let text) = value { slice.add(address: text) }
            }
        }
        return slice
    }
}

extension DirectorySlice {
    /// What is no address is refused by the verb that reads it.
    package mutating func add(address text: String) {
        if let address = try? EmailAddress(text) { addresses.insert(address) }
    }

    /// With what speaks of its whole domain.
    package mutating func add(covered text: String) {
        switch try? AddressPattern(text) {
        case .address(let address)?: addresses.insert(address)
        // Any address of the domain brings along what speaks of all of it.
        case .domain(let domain)?: add(address: "postmaster@\(domain.ascii)")
        case .any?, nil: break
        }
    }
}

extension DocumentValue {
    /// RFC 7396: what is not named stays, what is null goes.
    package func merged(with patch: DocumentValue) -> DocumentValue {
        guard case .map(let changes) = patch else { return patch }
        var entries: [Entry] = if case .map(let own) = self { own } else { [] }
        for change in changes {
            let place = entries.firstIndex { $0.key == change.key }
            switch (change.value, place) {
            case (.null, let place?): entries.remove(at: place)
            case (.null, nil): break
            case (let value, let place?): entries[place].value = entries[place].value.merged(with: value)
            case (let value, nil): entries.append(Entry(change.key, DocumentValue.null.merged(with: value)))
            }
        }
        return .map(entries)
    }
}
