internal import ArgumentParser
internal import Relay

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
        @Argument(help: "The application's own id of the user.") var id: String
        @Option(help: "What recipients see before the address.") var name: String?
        @Option(help: "An address; the first is the primary one. Repeat it for more.") var address: [String] = []
        @Option(help: "The name this user signs in with at the provider, where it differs from the address.") var login: String?

        func run() async throws {
            var said = Particulars(.user, ["id": id, "name": name, "login": login])
            said["addresses"] = DocumentValue(address)
            let names = ["name": "--name", "addresses": "--address", "login": "--login"]
            try await options.change(.current) { opened in try await opened.carryOut(said.slice, calling: names) { try $0.add(said) } }
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
        @Option(help: "What recipients see before the address; \"\" for none.") var name: String?
        @Option(help: "The name this user signs in with; \"\" for none.") var login: String?
        @Option(help: "Add an address.") var addAddress: [String] = []
        @Option(help: "Remove an address.") var removeAddress: [String] = []
        @Option(help: "Make an address of the user the primary one.") var primary: String?
        @Option(help: "Switch an address on.") var on: [String] = []
        @Option(help: "Switch an address off.") var off: [String] = []

        func run() async throws {
            var said = Administration.UserChange()
            (said.name, said.login, said.primary) = (name, login, primary)
            (said.added, said.removed, said.on, said.off) = (addAddress, removeAddress, on, off)
            let names = ["name": "--name", "addresses": "--add-address", "login": "--login"]
            try await options.change(.current) { opened in
                let slice = try await opened.store.slice(ofUser: user).union(said.slice)
                try await opened.carryOut(slice, calling: names) { try $0.change($0.directory.find(User.self, user), by: said) }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a user.",
            discussion: """
                A user whom a setting names stays, unless --cascade unsets that too.

                Example:
                  mandate users remove ann
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var cascade: CascadeOption
        @Argument(help: "Id, address or unique name.") var user: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.carryOut(opened.store.slice(ofUser: user)) {
                    try $0.remove([$0.directory.find(User.self, user).entity.key], cascades: cascade.cascade)
                }
            }
        }
    }
}
