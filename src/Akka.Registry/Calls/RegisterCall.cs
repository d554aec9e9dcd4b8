using Akka.Registry.DistributedData;

namespace Akka.Registry.Calls;

/// <summary>A registration that waits for the map by itself.</summary>
/// <param name="surroundings">Where it happens.</param>
/// <param name="step">What it does.</param>
/// <param name="options">How far its writes must reach.</param>
/// <param name="answer">Takes what became of it.</param>
/// <param name="answersAlways">Whether somebody is told even when the map gives no answer: those who wait with it would lose their answers.</param>
internal sealed class RegisterCall(
    ICallSurroundings surroundings, RegistrationStep step, WriteOptions options, Action<RegistrationOutcome> answer, bool answersAlways)
    : Call(surroundings)
{
    private RegistrationStep _step = step;
    private MapWriteResult? _accepted;

    /// <inheritdoc/>
    public override void Start()
    {
        if (_step.Begin(Surroundings, Surroundings.WallClock, out var write) is { } refusal)
            Refuse(refusal);
        else
            Surroundings.Write(this, write, options.Consistency, options.Timeout);
    }

    /// <summary>Goes on with a registration that has begun elsewhere, and was accepted.</summary>
    public void GoOn(MapWriteResult accepted, MapWrite.Replace again)
    {
        _accepted = accepted;
        Surroundings.Write(this, again, options.Consistency, options.Timeout);
    }

    /// <inheritdoc/>
    public override void OnWritten(MapWriteResult result)
    {
        // The second write carries over what stood; when it lost to another change, that one was made on the entry as it stands.
        if (_accepted is { } first)
            End(_step.End(Surroundings, first, result.Outcome == MapWriteOutcome.Accepted ? result : first));
        else if (_step.Again(Surroundings, result, Surroundings.WallClock) is { } again)
            GoOn(result, again);
        else
            End(_step.End(Surroundings, result, result));
    }

    /// <inheritdoc/>
    public override void Refuse(RegistryException refusal) => End(new RegistrationOutcome(refusal));

    /// <inheritdoc/>
    public override void Abandon()
    {
        var outcome = _step.GiveUp(Surroundings);
        if (answersAlways)
            End(outcome);
        else
            base.Abandon();
    }

    private void End(RegistrationOutcome outcome)
    {
        answer(outcome);
        Surroundings.Complete(this);
    }
}
