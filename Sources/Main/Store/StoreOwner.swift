internal import Glibc
internal import Relay

/// Every command runs as the store's owner, and so does the service: files that root or a colleague left behind would lock the owner out.
struct StoreOwner: Sendable, Hashable {
    let uid: UInt32
    let name: String

    /// The owner of the store's file, or of its folder where we cannot look inside, or where the file is none of this machine's; nil when there is none.
    init?(of location: StoreLocation) {
        let folder = location.folder
        let file =
            location.database == nil
            ? FileStatus(folder + "/mandate.sqlite") ?? (errno == EACCES ? FileStatus(folder) : nil) : FileStatus(folder)
        guard let status = file else { return nil }
        uid = status.owner
        name = AccountName.of(uid) ?? "#\(uid)"
    }

    func check(_ location: StoreLocation, _ live: Live) throws(CommandFailure) {
        guard live.account.uid != uid else { return }
        var command = ["sudo", "-u", name, "mandate"] + live.arguments
        if !location.isSameForEveryone, !live.arguments.contains(where: { $0 == "--store" || $0.hasPrefix("--store=") }) {
            command += ["--store", location.name]
        }
        let line = command.map(\.shellWord).joined(separator: " ")
        throw .notPermitted("the store at \(location.name) belongs to \(name), and you are \(live.account.name); run: \(line)")
    }
}
