using System.Buffers;
using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Calls;

/// <summary>
/// Registrations that came together. What they write at first, held by this node alone, goes to the map together, and is waited for
/// together; what is to be held by others, or written once more, waits by itself.
/// </summary>
internal sealed class RegisterBatch(
    ICallSurroundings surroundings, ImmutableArray<Registration> registrations, WriteOptions options,
    GatheredAnswers<RegistrationOutcome> answers) : Call(surroundings)
{
    private readonly DateTimeOffset _wallClock = surroundings.WallClock;

    /// <summary>Rented while they are under way.</summary>
    private (RegistrationStep Step, int Place)[] _written = [];
    private int _count;

    /// <inheritdoc/>
    public override int Calls => _count;

    /// <inheritdoc/>
    public override void Start()
    {
        _written = ArrayPool<(RegistrationStep, int)>.Shared.Rent(registrations.Length);
        var writes = ImmutableArray.CreateBuilder<MapWrite>(registrations.Length);
        for (var place = 0; place < registrations.Length; place++)
        {
            var step = new RegistrationStep(registrations[place]);
            if (Surroundings.RoomForCalls <= _count)
            {
                answers.Put(place, new RegistrationOutcome(Surroundings.NoRoomForCalls));
            }
            else if (options.Consistency != WriteConsistency.Local)
            {
                Alone(step, place).Start();
            }
            else if (step.Begin(Surroundings, _wallClock, out var write) is { } refusal)
            {
                answers.Put(place, new RegistrationOutcome(refusal));
            }
            else
            {
                writes.Add(write);
                _written[_count++] = (step, place);
            }
        }

        if (_count > 0)
            Surroundings.WriteMany(this, writes.DrainToImmutable(), options.Timeout);
        else
            GiveBack();
    }

    /// <summary>The map has answered, in the order of the writes.</summary>
    public void OnWritten(ImmutableArray<MapWriteResult> results)
    {
        Surroundings.Complete(this);
        for (var i = 0; i < _count; i++)
        {
            ref readonly var one = ref _written[i];
            ref readonly var result = ref results.ItemRef(i);
            if (one.Step.Again(Surroundings, result, _wallClock) is { } again)
                Alone(one.Step, one.Place).GoOn(result, again);
            else
                answers.Put(one.Place, one.Step.End(Surroundings, result, result));
        }

        GiveBack();
    }

    /// <inheritdoc/>
    public override void Refuse(RegistryException refusal)
    {
        for (var place = 0; place < registrations.Length; place++)
            answers.Put(place, new RegistrationOutcome(refusal));
    }

    /// <inheritdoc/>
    public override void Abandon()
    {
        base.Abandon();
        foreach (ref readonly var one in _written.AsSpan(0, _count))
            answers.Put(one.Place, one.Step.GiveUp(Surroundings));
        GiveBack();
    }

    private void GiveBack()
    {
        ArrayPool<(RegistrationStep, int)>.Shared.Return(_written, clearArray: true);
        (_written, _count) = ([], 0);
    }

    private RegisterCall Alone(RegistrationStep step, int place) =>
        new(Surroundings, step, options, outcome => answers.Put(place, outcome), answersAlways: true);
}
