internal import ArgumentParser
internal import Relay
internal import Store

extension GrantsCommand {
    struct Letter: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write what to send to the administrator of a tenant that lets nobody else consent.",
            discussion: """
                Names the application, the rights it asks for and what each is good for, the address where an administrator allows it for the whole tenant, and how \
                that is taken back. When it is done, `mandate grants authorize` goes on as usual.

                Examples:
                  mandate grants letter ann
                  mandate grants letter ann | mail -s 'Please allow our application' it@example.org
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var grant: String

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let directory = try await store.directory(of: DirectorySlice())
                let found = try await store.find(Grant.self, grant)
                guard let purpose = ConsentPurpose(found.id, in: directory) else {
                    throw CommandFailure.data("the grant \(found.name) has no application or provider")
                }
                guard found.kind == .consent else {
                    throw CommandFailure.data(
                        "\(found.name) is \(found.kind.rawValue), to which nobody consents: mandate applications show has what its administrator does"
                    )
                }
                live.output(purpose.letter(redirectURI: directory.settings.publicAddress.redirectURI(purpose.source.application.id.text)))
            }
        }
    }
}
