internal import Glibc
internal import Mail
internal import Relay
internal import Synchronization

/// One world from its beginning to its end: what a plan says happens to nodes, store, provider and people, and in the end all is well again, and what must hold is
/// looked at.
package struct Simulation: Sendable {
    package struct Report: Sendable {
        package let seed: UInt64
        package let violations: [String]
        package let story: [String]
        package let steps: Int
        package let trace: UInt64
        package let kept: Int
        package let delivered: Int
        /// Seconds that passed in the world.
        package let seconds: Double
    }

    private let world: World
    private let ledger: WorldLedger
    private let provider: WorldProvider
    private let base = MemoryStore()
    private let weather = StoreWeather()
    private let keys = WorldKeys()
    private let nodes: [WorldNode]
    private let plan: WorldPlan

    /// More jobs than any world that comes to an end has.
    private static let mostSteps = 3_000_000
    /// Seconds after which the queue must be empty once all is well: nothing is tried less often than every five hours, and a few rounds may be needed.
    private static let patience: Double = 2 * 86_400

    private init(_ world: World, _ plan: WorldPlan, tellsStory: Bool) {
        let ledger = WorldLedger(world, tellsStory: tellsStory)
        let provider = WorldProvider(world, ledger, isStoreWell: plan.isStoreWell)
        self.world = world
        self.ledger = ledger
        self.provider = provider
        self.plan = plan
        nodes = (0..<plan.nodes).map { [base, weather, keys] number in
            WorldNode(
                ["one", "two", "three"][number], world: world, ledger: ledger, provider: provider, base: base, weather: weather, keys: keys)
        }
    }

    /// On this thread.
    package static func run(_ plan: WorldPlan, seed: UInt64, tellsStory: Bool = false) -> Report {
        WorldThread.with(seed: seed) { world in Simulation(world, plan, tellsStory: tellsStory).run(seed) }
    }

    /// The same plan without what it fails without, too.
    package static func shrunk(_ plan: WorldPlan, seed: UInt64) -> WorldPlan {
        var plan = plan
        var size = max(1, plan.entries.count / 2)
        while size > 0 {
            var start = 0
            while start < plan.entries.count {
                var smaller = plan
                smaller.entries.removeSubrange(start..<min(start + size, plan.entries.count))
                if run(smaller, seed: seed).violations.isEmpty { start += size } else { plan = smaller }
            }
            size /= 2
        }
        return plan
    }

    private func run(_ seed: UInt64) -> Report {
        let isOver = Mutex(false)
        Task(executorPreference: world) {
            await live()
            isOver.withLock { $0 = true }
        }
        let hasEnded = world.run { isOver.withLock { $0 } || world.steps > Self.mostSteps }
        if !hasEnded { ledger.violate("nothing happens any more, and it is not over") }
        if world.steps > Self.mostSteps { ledger.violate("more than \(Self.mostSteps) jobs, and no end") }
        // What has been killed comes to its end.
        let last = world.steps + 200_000
        if hasEnded, !world.run(until: { world.steps > last }) {} else { ledger.violate("what was killed goes on") }
        if world.foreign > 0 { ledger.violate("\(world.foreign) jobs came from another thread") }
        return Report(
            seed: seed, violations: ledger.violations, story: ledger.story, steps: world.steps, trace: world.trace, kept: ledger.keptCount,
            delivered: ledger.deliveryCount, seconds: world.time)
    }

    private func live() async {
        await people.found()
        world.loosen(1...6)
        for node in nodes { await node.start() }
        await withTaskGroup(of: Void.self) { group in
            for entry in plan.entries {
                group.addTask {
                    await world.wait(entry.at, exactly: true)
                    ledger.tell("deed: \(entry.deed)")
                    await perform(entry.deed)
                }
            }
        }
        await world.wait(max(0, plan.length - world.time), exactly: true)
        await heal()
        let deadline = world.time + Self.patience
        while !ledger.isDrained, world.time < deadline {
            await world.wait(15, exactly: true)
            await people.releaseHeld()
            await people.probe()
        }
        // Whatever still goes on – a renewal, a settlement – ends first.
        await world.wait(300, exactly: true)
        await WorldAudit(world: world, ledger: ledger, provider: provider, base: base, vault: keys.vault(), isOfOneRun: plan.isOfOneRun)
            .look()
        for node in nodes { node.end() }
    }

    private var people: WorldPeople { WorldPeople(world: world, ledger: ledger, provider: provider, base: base, keys: keys) }

    private func perform(_ deed: WorldDeed) async {
        switch deed {
        case .submit(let from, let recipients, let gone, let octets, let node):
            await WorldClient(world: world, ledger: ledger, node: nodes[node]).submit(from: from, recipients, gone: gone, octets: octets)
        case .kill(let number, let steps, let back):
            let node = nodes[number]
            await withCheckedContinuation { killed in
                world.after(steps) {
                    node.kill()
                    killed.resume()
                }
            }
            await world.wait(back, exactly: true)
            await node.start()
        case .stop(let number, let back):
            await nodes[number].stop()
            await world.wait(back, exactly: true)
            await nodes[number].start()
        case .jump(let seconds):
            provider.jumped()
            world.jump(by: seconds)
        case .storeFails(let failure, let times, let readsToo): weather.fail(failure, times: times, readsToo: readsToo)
        case .storeLies(let times): weather.failBehind(.unavailable("the disk, behind a commit"), times: times)
        case .storeIsCut(let cut, let times): weather.cut(cut, times: times)
        case .storeIsSlow(let seconds): weather.slow(seconds)
        case .storeIsWell: weather.clear()
        case .mail(let answer, let times): provider.answer(answer, times: times)
        case .token(let answer, let times): provider.answer(answer, times: times)
        case .right(let pair): provider.deny(pair.login, pair.from)
        case .edit(let edit): await people.edit(edit)
        case .consent: await people.consent()
        case .rotateKey: await people.rotateKey()
        }
    }

    /// From now on all is well, and people mend what only people can.
    private func heal() async {
        weather.clear()
        provider.heal()
        for node in nodes { await node.start() }
        await people.mend()
        world.loosen(20...60)
    }
}
