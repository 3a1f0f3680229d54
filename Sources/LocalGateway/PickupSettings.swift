/// A folder that messages are put into as files, and how its files are taken.
package struct PickupSettings: Sendable, Hashable {
    /// Whose messages they are.
    package enum Sender: Sendable, Hashable {
        /// A client, by its name; nil: the store's owner, since whoever may write into the folder was let in by its permissions.
        case client(name: String?)
        /// Each file's owner, who must be a client: a maildrop that everyone may write into. A file can be moved there by others than its owner, so that is weaker than
        /// what the kernel says at a socket, and exempts nobody.
        case owner
        /// The same where only the store's owner and root can write, who need no client.
        case keeper
    }

    package let folder: String
    /// Files under way; a name of its own for each node, so that none takes another's for left over.
    package let claimed: String
    package let rejected: String
    package let sender: Sender
    /// Seconds that a file must have been left alone.
    package let settle: Double
    /// Folders below are purposes.
    let hasPurposes: Bool

    /// What `mandate sendmail` leaves there, not a program that knows of the folder.
    package var isMaildrop: Bool { if case .client = sender { false } else { true } }

    /// As a batch mailer leaves files: `notification/`, `ad-hoc/` and `administrator/` below name the purpose.
    package static func pickup(_ folder: String, node: String, client: String?, settle: Double) -> PickupSettings {
        PickupSettings(
            folder: folder, claimed: "\(folder)/.claimed/\(node)", rejected: "\(folder)/rejected", sender: .client(name: client),
            settle: settle, hasPurposes: true)
    }

    /// What `mandate sendmail` puts down while nobody listens. A name it has there is complete, so nothing is waited for.
    package static func maildrop(_ folder: String, isKeepers: Bool, node: String) -> PickupSettings {
        PickupSettings(
            folder: folder, claimed: "\(folder).claimed/\(node)", rejected: "\(folder).rejected", sender: isKeepers ? .keeper : .owner,
            settle: 0, hasPurposes: false)
    }
}
