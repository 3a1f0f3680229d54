import Testing

@testable import Sandbox

struct FaultQueueTests {
    @Test func faultsAreTakenInOrderAndAsOftenAsTheySay() {
        var queue = FaultQueue()
        _ = queue.add(.at(.rcpt, .drop, .times(2)))
        _ = queue.add(.at(.rcpt, .stall, .always))
        let taken = (0..<4).map { _ in queue.take(.rcpt, login: nil, recipients: []) }
        #expect(taken == [.drop, .drop, .stall, .stall])
    }

    @Test func faultsFitOnlyTheirStageLoginAndRecipient() {
        var queue = FaultQueue()
        _ = queue.add(.at(.rcpt, .drop, login: "Ann@x.example", recipient: "r@x.example"))
        #expect(queue.take(.mail, login: "ann@x.example", recipients: ["r@x.example"]) == nil)
        #expect(queue.take(.rcpt, login: "bob@x.example", recipients: ["r@x.example"]) == nil)
        #expect(queue.take(.rcpt, login: "ann@x.example", recipients: ["q@x.example"]) == nil)
        #expect(queue.take(at: .token, login: "ann@x.example") == nil)
        #expect(queue.take(.rcpt, login: "ann@x.example", recipients: ["R@x.example"]) == .drop)
        #expect(queue.isEmpty)
    }

    @Test func removedFaultsDoNotHappen() {
        var queue = FaultQueue()
        let id = queue.add(.atToken(.drop, .always))
        queue.remove(id)
        #expect(queue.take(at: .token, login: nil) == nil)
    }
}
