using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;

namespace Akka.Registry.Calls;

/// <summary>
/// Registers: validates, writes what <see cref="RegistrationPlan"/> says, and writes once more if another entry stood
/// than it was planned on.
/// </summary>
internal sealed class RegisterCall : Call
{
    private readonly Registration _registration;
    private readonly WriteOptions _options;
    private readonly IActorRef<RegistryReply<RegistrationResult>>? _replyTo;
    private readonly GatheredAnswers<RegistrationOutcome>? _answers;
    private readonly int _place;

    private ReadOnlyMemory<byte> _value;
    private MapRecord? _plannedOn;
    private MapWriteResult? _accepted;
    private bool _isUnderWay;

    /// <summary>A registration that is answered by itself.</summary>
    public RegisterCall(
        ICallSurroundings surroundings, Registration registration, WriteOptions options, IActorRef<RegistryReply<RegistrationResult>> replyTo)
        : this(surroundings, registration, options) => _replyTo = replyTo;

    /// <summary>One of many, told with the others: so it is answered even when the map gives no answer.</summary>
    public RegisterCall(
        ICallSurroundings surroundings, Registration registration, WriteOptions options, GatheredAnswers<RegistrationOutcome> answers, int place)
        : this(surroundings, registration, options) => (_answers, _place) = (answers, place);

    private RegisterCall(ICallSurroundings surroundings, Registration registration, WriteOptions options)
        : base(surroundings)
    {
        (_registration, _options) = (registration, options);
        Key = new RecordKey(registration.Service ?? "", registration.Id ?? "");
    }

    public override RecordKey Key { get; }

    public override void Start()
    {
        var limits = Surroundings.Options.Limits;
        if (Surroundings.WritesRefused is { } reason)
        {
            Refuse(Refusals.NotReady(reason));
            return;
        }

        if (RegistrationValidator.Check(_registration, limits, Surroundings.Options.Leases, Surroundings.Options.Checks) is { } wrong)
        {
            Refuse(wrong);
            return;
        }

        var standing = Surroundings.Find(Key);
        if (standing is null && Full(limits) is { } full)
        {
            Refuse(full);
            return;
        }

        _plannedOn = standing?.Record;
        var plan = Plan(standing);
        _value = plan.Value;
        if (RegistrationValidator.CheckSize(plan.OwnBytes, limits) is { } tooLarge)
        {
            Refuse(tooLarge);
            return;
        }

        Surroundings.Ledger.RegistrationBegins(Key);
        _isUnderWay = true;
        Surroundings.Write(this, new MapWrite.Register(Key, _registration.Epoch, _value), _options.Consistency, _options.Timeout);
    }

    public override void OnWritten(MapWriteResult result)
    {
        if (_accepted is { } first)
        {
            // The second write carries over what stood; when it lost to another change, that one was made on the entry as it stands.
            Answer(first, result.Outcome == MapWriteOutcome.Accepted ? result : first);
        }
        else if (result.Outcome != MapWriteOutcome.Accepted)
        {
            Refuse(Refusals.Of(Key, result));
        }
        else if (PlanOnWhatStood(result) is { } value)
        {
            _accepted = result;
            Surroundings.Write(this, new MapWrite.Replace(Key, result.Record!.Order, Revive: false, value), _options.Consistency, _options.Timeout);
        }
        else
        {
            Answer(result, result);
        }
    }

    public override void Refuse(RegistryException refusal)
    {
        End();
        Reply(null, refusal);
        Surroundings.Complete(this);
    }

    public override void Abandon()
    {
        if (_answers is not null)
        {
            Refuse(Refusals.Unanswered(Key));
            return;
        }

        End();
        base.Abandon();
    }

    /// <summary>
    /// The value that the entry which really stood before asks for; null when that is the one which was written.
    /// </summary>
    private ReadOnlyMemory<byte>? PlanOnWhatStood(MapWriteResult result)
    {
        if (result.Before is not { IsLive: true } before || before.Dot == _plannedOn?.Dot || !Surroundings.Codec.TryDecode(before, out var standing))
            return null;
        var value = Plan(standing).Value;
        // Not "? null : value": a bare null would become an empty memory, and an empty value be written.
        if (value.Span.SequenceEqual(_value.Span))
            return null;
        return value;
    }

    private RegistrationPlan Plan(ServiceEntry? standing) => RegistrationPlan.Build(
        _registration, standing, RegistrationValidator.Terms(_registration, Surroundings.Options.Leases), Surroundings.WallClock);

    private RegistryException? Full(LimitOptions limits)
    {
        if (Surroundings.IsMemoryHigh)
            return Refusals.MemoryHigh();
        if (Surroundings.EntryCount >= limits.Entries)
        {
            return Refusals.LimitReached(
                "limits.entries", $"The registry holds {limits.Entries} entries, and no more are allowed; deregister some");
        }

        return Surroundings.EntriesOf(Key.Service) < limits.EntriesPerService ? null : Refusals.LimitReached(
            "limits.entries-per-service",
            $"Service '{Key.Service}' has {limits.EntriesPerService} entries, and no more are allowed; deregister some");
    }

    private void Answer(MapWriteResult first, MapWriteResult last)
    {
        var standing = Surroundings.Find(Key);
        EndOn(standing);
        var entry = standing;
        if (standing?.Record.Dot != last.Record!.Dot && Surroundings.Codec.TryDecode(last.Record, out var written))
            entry = written; // Another change came while the write was spread; the answer is about this one.
        if (entry is null)
            Reply(null, Refusals.NotFound(Key));
        else
            Reply(new RegistrationResult(
                entry, first.Before is { IsLive: true }, entry.Ttl, last.HeldBy, last.Members, last.ConsistencyReached));
        Surroundings.Metrics.Registered();
        Surroundings.Complete(this);
    }

    private void Reply(RegistrationResult? result, RegistryException? refusal = null)
    {
        if (_answers is { } answers)
            answers.Put(_place, new RegistrationOutcome(result, refusal));
        else
            _replyTo!.Tell(new RegistryReply<RegistrationResult>(result, refusal));
    }

    private void End()
    {
        if (_isUnderWay)
            EndOn(Surroundings.Find(Key));
    }

    private void EndOn(ServiceEntry? standing)
    {
        _isUnderWay = false;
        Surroundings.Ledger.RegistrationEnds(Key, standing);
    }
}
