internal import Web
internal import Relay

extension DirectoryController {
    /// What a request says of one thing, with the secrets that came beside it taken aside.
    struct Body {
        private let controller: DirectoryController
        private let place: String
        private var entries: [DocumentValue.Entry]
        private var secrets: [(kind: SecretName.Kind, secret: Secret)] = []
        /// Shown once, in this answer.
        private var newKey: String?

        init(_ reader: DocumentReader, _ controller: DirectoryController, id: String?) throws {
            let fields = try reader.fields()
            self.controller = controller
            place = reader.path
            entries = fields.entries
            if let id {
                if let given = try fields["id"]?.text(), given != id {
                    throw Problem(.invalid, "the id in the body is another than the address's", place: "id")
                }
                entries = [.init("id", .text(id))] + entries.filter { $0.key != "id" }
            }
            try takeSecrets(fields)
        }

        private mutating func takeSecrets(_ fields: DocumentFields) throws {
            switch controller.collection.kind {
            case .application:
                for (key, kind) in [("secret", SecretName.Kind.clientSecret), ("private_key", .privateKey)] {
                    if let reader = fields[key] { secrets.append((kind, Secret(try reader.text()))) }
                    entries.removeAll { $0.key == key }
                }
            case .client:
                guard fields["password_scrypt"] == nil else {
                    throw fields.problem("a password is set with `mandate clients add NAME --password` or at the console")
                }
                if try fields.flag("new_key", default: false) {
                    var generator = controller.request.dependencies.accept.generator()
                    let key = ClientKey(using: &generator)
                    newKey = key.text
                    entries.removeAll { ["key_sha256", "network", "uid", "has_password"].contains($0.key) }
                    entries.append(.init("key_sha256", .text(key.digest.hexadecimal)))
                }
                entries.removeAll { $0.key == "new_key" }
            case .setting, .user, .provider, .grant, .mailbox, .family, .delegation, .deny: break
            }
        }

        /// A password that is there stays: it cannot be sent back, since it was never shown.
        func particulars(_ directory: Directory) throws -> Particulars {
            guard controller.collection.kind == .client, let mark = entries.first(where: { $0.key == "has_password" }) else {
                return particulars(entries)
            }
            var entries = entries.filter { $0.key != "has_password" }
            if mark.value == true {
                guard case .text(let id)? = entries.first(where: { $0.key == "id" })?.value,
                    case .password(let hash)? = directory.client(ClientID(trusted: id))?.credential
                else { throw Problem(.invalid, "this client has no password", place: "has_password") }
                entries.append(.init("password_scrypt", .text(hash.text)))
            }
            return particulars(entries)
        }

        private func particulars(_ entries: [DocumentValue.Entry]) -> Particulars {
            Particulars(
                controller.collection.kind, entries, at: place,
                secrets: Dictionary(secrets.map { ($0.kind, $0.secret) }) { first, _ in first })
        }

        func answer(_ entity: DirectoryEntity) -> DocumentValue { withKey(DirectoryController.document(entity)) }

        /// With the key that was made, which is nowhere else.
        func withKey(_ document: DocumentValue) -> DocumentValue {
            newKey.map { document.adding([.init("key", .text($0))]) } ?? document
        }
    }
}
