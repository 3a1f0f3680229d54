internal import ArgumentParser
internal import Glibc
internal import PostgresEngine
internal import Relay
internal import SQLiteEngine
internal import Store

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a store and its key.",
        discussion: """
            The store is a folder with one SQLite file, or a schema in a PostgreSQL database; refresh tokens and client secrets in it are sealed under a key that is not in it. A new key is \
            written into its folder (back it up apart from the store), unless --key-file, MANDATE_KEY_FILE, a systemd credential named mandate.key or MANDATE_KEY says otherwise, in this order.

            Examples:
              sudo -u mandate mandate init --store /var/lib/mandate
              mandate init --store ~/mail/store --key-file ~/.config/mandate.key
              mandate init --store postgres://db.example.org/mail --durability replicated

            In PostgreSQL (15 or later) it makes the schema "mandate" (?schema=NAME for another), the role mandate_owner for its tables and mandate_serve for the service, and \
            says what becomes of a message when the server stops. Passwords come from ~/.pgpass; across a network the server's certificate is verified.
            """)

    @OptionGroup var options: StoreOptions
    @Option(
        help: ArgumentHelp("Where the key is, or is to be written; later commands find it through MANDATE_KEY_FILE.", valueName: "file"))
    var keyFile: String?
    @Option(
        help: ArgumentHelp(
            "PostgreSQL: what a message that was accepted is to survive: this server's end (flushed), or its disk's, too (replicated); none is for trying things out. Refused where the server does not promise it.",
            valueName: "none|flushed|replicated"))
    var durability: Durability.Promise = .flushed
    @Flag(help: "PostgreSQL: make no roles; whoever runs this owns the tables and serves.") var oneRole = false

    func run() async throws {
        let live = Live.current
        var location = try options.location(live)
        if location.origin == .user, live.account.uid == 0 {
            location = try StoreLocation(option: StoreLocation.systemFolder, environment: [:], home: "/", files: .live)
        }
        let owner = StoreOwner(of: location)
        try owner?.check(location, live)
        // What this machine has of a store elsewhere does not say that there is one.
        let isThere = if let database = location.database { try await PostgresStore.exists(at: database) } else { owner != nil }
        if isThere { try await goOn(at: location, live) } else { try await make(at: location, live) }
    }

    /// What is there already is left as it is, but for what a run that was killed has left undone.
    private func goOn(at location: StoreLocation, _ live: Live) async throws {
        if location.database != nil { try makeFolder(location.folder) }
        var isFinished = false
        if keyFile == nil { isFinished = try await finish(live) }
        if let database = location.database {
            let steps = try await PostgresStore.upgrade(database)
            if !steps.isEmpty { live.say("brought its tables up to date: \(steps.joined(separator: ", "))") }
        }
        live.say("\(isFinished ? "finished" : "unchanged"): there is a store in \(location.name)")
        try await options.read(live) { store in try await sayWhatComesNext(store, location, live) }
    }

    private func make(at location: StoreLocation, _ live: Live) async throws {
        try makeFolder(location.folder)
        let (vault, words) = try key(for: location.folder, live)
        let store = try await create(at: location, vault, live)
        try await addProviders(to: store, live)
        live.say("made a store in \(location.name)")
        live.say(words)
        if location.database != nil { live.say("this machine's part of it, its locks and doors, is in \(location.folder)") }
        for line in try await PostgresStore.report(on: store)?.promiseLines ?? [] { live.say(line) }
        live.say(store.backingUp)
        try await sayWhatComesNext(store, location, live)
        try await store.close()
    }

    private func create(at location: StoreLocation, _ vault: Vault, _ live: Live) async throws(StoreFailure) -> DatabaseStore {
        guard let database = location.database else {
            return try await SQLiteStore.create(at: location.folder, vault: vault, random: { live.randomBytes($0) })
        }
        return try await PostgresStore.create(
            at: database, folder: location.folder, vault: vault, random: { live.randomBytes($0) },
            PostgresStore.Plan(hasRoles: !oneRole, promise: durability))
    }

    /// The way to the first message, and what a shell must know for it.
    private func sayWhatComesNext(_ store: DatabaseStore, _ location: StoreLocation, _ live: Live) async throws {
        let steps = try await store.firstSteps(live)
        guard !steps.areDone else { return }
        let isFound = try StoreOptions.isFound(location, live)
        live.say("\nto the first message (`mandate doctor` shows how far you are):")
        live.standardError.write((isFound ? "" : "      export MANDATE_STORE=\(location.name.shellQuoted)\n") + steps.text)
    }

    /// A run that was killed may have left a store without providers; true when they were missing.
    private func finish(_ live: Live) async throws -> Bool {
        try await options.change(live) { opened in
            guard try await opened.store.directory(of: DirectorySlice()).edition == Edition(0) else { return false }
            try await addProviders(to: opened.store, live)
            return true
        }
    }

    private func addProviders(to store: DatabaseStore, _ live: Live) async throws {
        _ = try await store.apply(DirectoryEdit(Provider.builtIn.map { .put(.provider($0)) }, by: live.person, at: live.now()))
    }

    /// An existing key is used as it is: a store brought back from its export goes on with it.
    private func key(for folder: String, _ live: Live) throws -> (Vault, String) {
        let source = keyFile.map { KeySource.file($0) } ?? KeySource.named(live) ?? .file(KeyFile.path(beside: folder))
        guard case .file(let file) = source else {
            return (
                try source.vault(live), "its key comes from \(source.name): keep a copy, for without it the store's secrets are lost"
            )
        }
        let isNew = access(file, F_OK) != 0
        if isNew { try KeyFile.make(at: file, live) }
        let hint =
            keyFile != nil && keyFile != live.environment["MANDATE_KEY_FILE"]
            ? "; set MANDATE_KEY_FILE=\(file.shellQuoted) for later commands" : ""
        let words =
            "its key is \(file)\(isNew ? "" : ", which was there already"): back it up apart from the store, for without it the store's secrets are lost"
        return (try KeyFile.vault(in: file, live), words + hint)
    }

    /// With the folders above it, for its owner alone.
    private func makeFolder(_ path: String) throws(CommandFailure) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) != 0, errno != EEXIST {
                throw CommandFailure(.cannotCreate, "the folder \(made) cannot be made: \(SystemError.text(errno))")
            }
        }
        guard StoreLocation.Files.live.isFolder(path) else {
            throw CommandFailure(.cannotCreate, "\(path) exists and is not a folder")
        }
    }
}
