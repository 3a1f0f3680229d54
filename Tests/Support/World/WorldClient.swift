internal import Mail
internal import Relay

/// A program that hands a message over, and again when it is told to try later or hears nothing.
struct WorldClient: Sendable {
    let world: World
    let ledger: WorldLedger
    let node: WorldNode

    private static let mostTries = 200

    func submit(from author: EmailAddress, _ recipients: Int, gone: Int, octets: Int) async {
        let name = String(world.number() % 1_000_000_000_000)
        for number in 0..<Self.mostTries {
            if let run = node.run, await hand(over: run, author, Self.recipients(recipients, gone), octets, "\(name)-\(number)") { return }
            await world.wait(1 + 4 * world.draw(), exactly: true)
        }
        ledger.tell("\(name) was given up by its client")
    }

    private static func recipients(_ count: Int, _ gone: Int) -> [Recipient] {
        (0..<count).map { Recipient(address: FakeCompany.address(($0 < gone ? "gone" : "rob") + "\($0)@example.com")) }
    }

    /// True: it has been answered for good.
    private func hand(over run: WorldNode.Run, _ author: EmailAddress, _ recipients: [Recipient], _ octets: Int, _ name: String) async
        -> Bool
    {
        let life = run.life
        var stage = AcceptStage(Submission(envelopeSender: .address(author), recipients: recipients), run.accept)
        let head = "From: <\(author)>\r\nTo: rob@example.com\r\nSubject: \(name)\r\nMessage-ID: <\(name)@client.example>\r\n\r\n"
        let body = [UInt8](repeating: 0x78, count: octets) + [0x0D, 0x0A]
        do throws(AcceptFailure) {
            try await stage.consume(Array(head.utf8))
            for start in stride(from: 0, to: body.count, by: 65_536) {
                await world.wait(0.02 * world.draw(), for: life, exactly: true)
                try await stage.consume(Array(body[start..<min(start + 65_536, body.count)]))
            }
            let receipt = try await stage.finish()
            if life.isOver { return false }
            ledger.promise(receipt.id)
            run.passage.runner.wake()
            return true
        } catch {
            ledger.tell("\(name) was not taken: \(error)")
            if case .refused(let refusal) = error { return !refusal.isTemporary }
            return false
        }
    }
}
