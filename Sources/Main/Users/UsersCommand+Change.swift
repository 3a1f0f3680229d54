internal import ArgumentParser
internal import Mail
internal import Relay
internal import SQLiteStore

extension UsersCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a user.",
            discussion: """
                Examples:
                  mandate users add ann --name "Ann Lee" --address ann@example.org --address ann.lee@example.org
                  mandate users add tracker@example.org --address tracker@example.org --login svc-tracker@example.org
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The application's own id of the user.", transform: Parse.userID) var id: UserID
        @Option(help: "What recipients see before the address.", transform: Parse.line) var name = ""
        @Option(help: "An address; the first is the primary one. Repeat it for more.", transform: Parse.address) var address:
            [EmailAddress] = []
        @Option(help: "The name this user signs in with at the provider, where it differs from the address.", transform: Parse.line)
        var login: String?

        func run() async throws {
            let user = User(id: id, name: name, login: login, addresses: try UserAddresses.distinct(address))
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    try await UserRules.check(user, finder)
                    if let entity = try await finder.store.entity(user.entity.key) {
                        guard entity == user.entity else {
                            throw CommandFailure.data(
                                "there is a user \(user.id) already, with other values; `mandate users set` changes them")
                        }
                        return Plan("user \(user.title)")
                    }
                    return Plan("added user \(user.title)", [.put(user.entity)])
                }
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a user: name, login, addresses, and which of them are on.",
            discussion: """
                Examples:
                  mandate users set ann --add-address ann.lee@example.org
                  mandate users set ann --off ann@example.org --primary ann.lee@example.org
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id, address or unique name.") var user: String
        @Option(help: "What recipients see before the address; \"\" for none.", transform: Parse.line) var name: String?
        @Option(help: "The name this user signs in with; \"\" for none.", transform: Parse.line) var login: String?
        @Option(help: "Add an address.", transform: Parse.address) var addAddress: [EmailAddress] = []
        @Option(help: "Remove an address.", transform: Parse.address) var removeAddress: [EmailAddress] = []
        @Option(help: "Make an address of the user the primary one.", transform: Parse.address) var primary: EmailAddress?
        @Option(help: "Switch an address on.", transform: Parse.address) var on: [EmailAddress] = []
        @Option(help: "Switch an address off.", transform: Parse.address) var off: [EmailAddress] = []

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    var user = try await finder.find(User.self, user)
                    let before = user
                    if let name { user.name = name }
                    if let login { user.login = login.isEmpty ? nil : login }
                    try change(&user.addresses, of: user)
                    try await UserRules.check(user, finder)
                    return user == before ? Plan("user \(user.title)") : Plan("changed user \(user.title)", [.put(user.entity)])
                }
            }
        }

        private func change(_ addresses: inout [UserAddress], of user: User) throws {
            for address in addAddress where !addresses.contains(where: { $0.address == address }) { addresses.append(UserAddress(address)) }
            for address in removeAddress { addresses.remove(at: try place(of: address, in: addresses, user)) }
            if let primary { addresses.insert(addresses.remove(at: try place(of: primary, in: addresses, user)), at: 0) }
            for address in on { addresses[try place(of: address, in: addresses, user)].isOn = true }
            for address in off { addresses[try place(of: address, in: addresses, user)].isOn = false }
        }

        private func place(of address: EmailAddress, in addresses: [UserAddress], _ user: User) throws -> Int {
            if let place = addresses.firstIndex(where: { $0.address == address }) { return place }
            throw CommandFailure.data("\(address) is not an address of user \(user.id); --add-address adds it")
        }
    }
}

/// Makes the addresses of a user from what was written.
enum UserAddresses {
    /// The same address twice is a slip that would make on and off mean nothing.
    static func distinct(_ addresses: [EmailAddress]) throws(CommandFailure) -> [UserAddress] {
        var seen: Set<EmailAddress> = []
        for address in addresses where !seen.insert(address).inserted { throw .data("the address \(address) is given twice") }
        return addresses.map { UserAddress($0) }
    }
}

/// What holds between users and settings.
enum UserRules {
    /// The intake address is a machine's: a message from there would be answered to there, round and round.
    static func check(_ user: User, _ finder: Finder) async throws {
        let settings = try await finder.store.directory(of: DirectorySlice()).settings
        if let intake = settings.intake, user.addresses.contains(where: { $0.address == intake }) {
            throw CommandFailure.data("\(intake) is the intake address and cannot be a user's too, or mail would go round in a loop")
        }
    }
}
