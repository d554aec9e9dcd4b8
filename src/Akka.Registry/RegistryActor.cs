using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Calls;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Confirmation;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Fences;
using Akka.Registry.Leases;
using Akka.Registry.Limits;
using Akka.Registry.Ownership;
using Akka.Registry.Subscriptions;
using Akka.Registry.Suspicion;
using Akka.Registry.Views;
using Microsoft.Extensions.Logging;

namespace Akka.Registry;

/// <summary><c>/user/registry</c>: the registry of one node. Its child <c>scheduler</c> keeps the leases.</summary>
/// <remarks>
/// A shell around machines: <see cref="ViewWriter"/> makes views of records, <see cref="LeaseLedger"/> keeps leases in
/// step with
/// ownership, <see cref="OrphanWatch"/> minds the entries of lost nodes, <see cref="SubscriptionHub"/> feeds
/// subscribers, a
/// <see cref="Call"/> is one caller's business. What the map tells it comes in order, and a write's answer after its
/// change: so
/// a caller that is answered finds its change in the views.
/// </remarks>
internal sealed partial class RegistryActor : Actor<RegistryMessage>, ICallSurroundings, ISubscriptionSource
{
    private const string DeadlineTimer = "calls";
    private const string ForwardTimer = "forwards";
    private const string OfferTimer = "offers";
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);
    private static readonly RecordKey Nobody = new("", "");

    private readonly RegistrySurroundings _surroundings;
    private readonly ILogger _logger;
    private readonly RegistryViews _views;
    private readonly ViewWriter _writer;
    private readonly LeaseLedger _ledger;
    private readonly CheckLedger _checks;
    private readonly OrphanWatch _orphans;
    private readonly VerdictDoubt _doubt;
    private readonly SubscriptionHub _hub;
    private readonly CallTable _calls;
    private readonly Forwarder _forwarder;
    private readonly InstanceCodec _codec;
    private readonly Queue<RegistryMessage.MapTold> _deferred = new();
    private readonly LogGate _unreadableGate = new(LogInterval);
    private readonly LogGate _malformedGate = new(LogInterval);
    private readonly MemoryWatch _memory;
    private readonly int _life;
    private OwnerCounts _owners = new();
    private MembershipView _members;
    private IActorRef<RegistryMessage> _self = null!;
    private IActorRef<SchedulerMessage> _scheduler = null!;
    private IActorRef<CheckMessage>? _checkActor;
    private IActorRef<MapEvent> _mapEvents = null!;
    private Instant? _callsDueAt;
    private long _settling;
    private bool _continues;

    private RegistryActor(RegistrySurroundings surroundings)
    {
        _surroundings = surroundings;
        _life = ++surroundings.Lives;
        _logger = surroundings.LoggerFactory.CreateLogger<RegistryActor>();
        _views = surroundings.Views;
        _members = surroundings.Membership.View;
        _codec = surroundings.Options.Codec();
        _writer = new ViewWriter(_views);
        _ledger = new LeaseLedger(surroundings.Self.Uid, surroundings.Options.Ownership.Rules);
        _checks = new CheckLedger(surroundings.Self.Uid, _ledger.Writes, surroundings.Options.Ownership.Rules);
        _orphans = new OrphanWatch(
            surroundings.Options.Leases.OrphanGraceMin, surroundings.Options.Ownership.AdoptionGrace, surroundings.Options.Ownership.Rules);
        _doubt = new VerdictDoubt(surroundings.Options.Ownership.Rules, surroundings.AreRecordsSigned);
        _hub = new SubscriptionHub(_views, surroundings.Options.Subscriptions, this);
        var governor = surroundings.Options.Leases.Governor;
        _inquiry = new LossInquiry(surroundings.Self, governor.Confirmation, governor.Rules);
        _bench = new ProbeBench(surroundings.Probe, governor.Confirmation);
        _post = new FencePost(_hub, surroundings.Options.Drains.PendingOfPeers, (long)_life << 40);
        _suspicion = new SuspicionBook(surroundings.Options.Suspicion, this, (ulong)_life << 40);
        _memory = new MemoryWatch(surroundings.Options.Limits.MemoryHighWater, surroundings.Memory);
        _calls = new CallTable((long)_life << 40);
        _hearable = surroundings.Options.Ownership.EntriesPerTurn;
        _forwarder = new Forwarder(surroundings.Options.Ownership.ForwardBatch, surroundings.Options.Ownership.ForwardTimeout);
    }

    /// <summary>The recipe.</summary>
    public static Props<RegistryMessage> Props(RegistrySurroundings surroundings) =>
        new(() => new RegistryActor(surroundings)) { MailboxCapacity = 1 << 20 };

    private Instant Now => Context.Time.GetInstant();

    private NodeUid Self => _surroundings.Self.Uid;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        var life = _life;
        _self = Context.Self;
        if (life == 1)
        {
            _surroundings.Metrics.Observe(
                _views, () => _surroundings.Subscriptions, () => _surroundings.Sessions, () => _surroundings.Suspects);
        }

        _orphans.Observe(_members, Now, []);
        _scheduler = Context.ActorOf(
            SchedulerActor.Props(
                _surroundings.Leases,
                Context.Adapt<LeaseVerdict>(verdict => new RegistryMessage.Judged(life, verdict)),
                _surroundings.LoggerFactory.CreateLogger<SchedulerActor>()),
            "scheduler");
        _surroundings.Scheduler = _scheduler;
        _surroundings.CheckOutputs.Clear();
        _mapEvents = Context.Adapt<MapEvent>(told => new RegistryMessage.MapTold(life, told));
        _surroundings.Membership.Subscribe(Context.Adapt<MembershipChanged>(change => new RegistryMessage.MembersTold(life, change)));
        _surroundings.Map.Commands.Tell(new MapCommand.Subscribe(_mapEvents));
        Context.StartPeriodicTimer("tick", new RegistryMessage.Tick(), TickInterval);
    }

    /// <inheritdoc/>
    protected override void Receive(RegistryMessage message)
    {
        switch (message)
        {
            case RegistryMessage.Written written: OnWritten(written); break;
            case RegistryMessage.WrittenMany written: OnWrittenMany(written); break;
            case RegistryMessage.MapTold told: OnMapTold(told); break;
            case RegistryMessage.Judged or RegistryMessage.GrantsSettled or RegistryMessage.Beaten or RegistryMessage.BeatenFor:
                OnScheduler(message);
                break;
            case RegistryMessage.LedgersTaken taken: OnLedgersTaken(taken); break;
            case RegistryMessage.Register register: OnRegister(register); break;
            case RegistryMessage.RegisterMany many: OnRegisterMany(many); break;
            case RegistryMessage.Heartbeat heartbeat: OnHeartbeat(heartbeat); break;
            case RegistryMessage.ReportStatus status: OnReportStatus(status); break;
            case RegistryMessage.OverrideStatus status: OnOverrideStatus(status); break;
            case RegistryMessage.ChangeCheck change: OnChangeCheck(change); break;
            case RegistryMessage.ChecksJudged judged: OnChecksJudged(judged); break;
            case RegistryMessage.Deregister deregister: OnDeregister(deregister); break;
            case RegistryMessage.FrameReceived received: OnFrame(received); break;
            case RegistryMessage.Adopted adopted: OnAdopted(adopted); break;
            case RegistryMessage.Subscribe subscribe: OnSubscribe(subscribe); break;
            case RegistryMessage.ResumeSubscription resume: _hub.Resume(resume.Subscription, Now); break;
            case RegistryMessage.EndSubscription end: OnEndSubscription(end); break;
            case RegistryMessage.Explain explain: OnExplain(explain); break;
            case RegistryMessage.Drain drain: OnDrain(drain); break;
            case RegistryMessage.SubscriberConfirmed confirmed: OnSubscriberConfirmed(confirmed); break;
            case RegistryMessage.Probed probed: OnProbed(probed); break;
            case RegistryMessage.ReportFailures report: OnReportFailures(report); break;
            case RegistryMessage.SendReports: SendReports(); break;
            case RegistryMessage.SuspectsProbed probed: OnSuspectsProbed(probed); break;
            case RegistryMessage.FencesDue: OnFencesDue(); break;
            case RegistryMessage.MembersTold told: OnMembersTold(told); break;
            case RegistryMessage.Leave leave: OnLeave(leave); break;
            case RegistryMessage.LeftCluster left: left.ReplyTo.Tell(RegistryReply.Of(left.Result)); break;
            case RegistryMessage.SendForwards: SendForwards(); break;
            case RegistryMessage.OfferAgain: OfferAgain(); break;
            case RegistryMessage.CallsDue: OnCallsDue(); break;
            case RegistryMessage.Tick: OnTick(); break;
            case RegistryMessage.Continue: OnContinue(); break;
            default: throw new UnreachableException($"No handler for {message.GetType().Name}.");
        }

        Flush();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _hub.Close();
        _surroundings.Subscriptions = 0;
    }

    private void OnTick()
    {
        var now = Now;
        var toggled = new List<NodeUid>();
        _orphans.Tick(now, toggled);
        Toggle(toggled);
        SettleOrphans(now);
        ShowDueVerdicts(now);
        _orphans.Forget(_owners);
        _hub.Tick(now);
        _post.Tick(now);
        Inquire();
        MindSuspects();
        MindMemory(now);
        _surroundings.Subscriptions = _hub.Count;
        GoOnLeaving();
    }

    private void MindMemory(Instant now)
    {
        if (!_memory.Tick(now))
            return;
        _surroundings.IsMemoryHigh = _memory.IsHigh;
        if (_memory.IsHigh)
            Log.MemoryHigh(_logger, _memory.UsedShare, _surroundings.Options.Limits.MemoryHighWater);
        else
            Log.MemoryRelieved(_logger, _memory.UsedShare);
    }

    private void OnContinue()
    {
        _continues = false;
        LoadOn();
        _hearable = _surroundings.Options.Ownership.EntriesPerTurn;
        HearOn();
        ToggleOn();
        SettleOrphans(Now);
    }

    /// <summary>Has this actor go on after others had their turn.</summary>
    private void ContinueLater()
    {
        if (_continues)
            return;
        _continues = true;
        Context.Self.Tell(new RegistryMessage.Continue());
    }

    /// <summary>Sends what the machines want sent, so much a turn.</summary>
    private void Flush()
    {
        var budget = _surroundings.Options.Ownership.EntriesPerTurn;
        _surroundings.HasContestedLeases = _ledger.ContestedCount > 0;
        while (_checks.Messages.TryDequeue(out var message))
            (_checkActor ??= StartChecks()).Tell(message);
        if (_ledger.Orders.Count > 0)
            FlushOrders(budget);
        if (_ledger.HasWrites)
            FlushWrites(budget);
        if (_ledger.Orders.Count > 0)
            ContinueLater();
    }

    private void FlushOrders(int budget)
    {
        var leases = ImmutableArray.CreateBuilder<LeaseOrder>(Math.Min(budget, _ledger.Orders.Count));
        while (leases.Count < budget && _ledger.Orders.TryDequeue(out var lease))
            leases.Add(lease);
        _scheduler.Tell(new SchedulerMessage.Order(leases.DrainToImmutable()));
        if (_ledger.Orders.Count > 0 || _ledger.GrantsMade == _settling)
            return;
        // A beat of nobody: its answer comes after whatever the scheduler said before it saw the grants.
        var (life, grant) = (_life, _ledger.GrantsMade);
        _settling = grant;
        _scheduler.Tell(new SchedulerMessage.Beat(
            Nobody, 0, Context.Adapt<BeatAnswer>(_ => new RegistryMessage.GrantsSettled(life, grant))));
    }

    private void Report(FrameKind kind, NodeIdentity from, string problem)
    {
        _surroundings.Metrics.Malformed();
        if (_malformedGate.Opens(Now, out var count))
            Log.FramesMalformed(_logger, count, kind, from, problem);
    }

    private bool Send(NodeIdentity to, Frame frame) => _surroundings.Transport.Send(to.Address, Lane.Messages, frame);
}
