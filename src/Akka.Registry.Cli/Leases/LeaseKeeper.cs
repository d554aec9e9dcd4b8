using System.Diagnostics;
using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Leases;

/// <summary>An instance to keep registered.</summary>
/// <param name="Service">Its service.</param>
/// <param name="Id">Its id.</param>
/// <param name="Body">What it says of itself.</param>
/// <param name="Query">How far the registration must reach.</param>
/// <param name="More">How much longer that answer may take.</param>
internal sealed record KeptInstance(string Service, string Id, RegistrationBody Body, string Query, TimeSpan More)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Service}/{Id}";
}

/// <summary>Does what <see cref="LeaseMachine"/> decides, until it is stopped.</summary>
/// <param name="api">The registry.</param>
/// <param name="instance">The instance.</param>
/// <param name="time">The clock.</param>
/// <param name="tell">Told of what a person would want to know, with a reason where there is one.</param>
internal sealed class LeaseKeeper(RegistryApi api, KeptInstance instance, TimeProvider time, Action<LeaseFact, string?> tell)
{
    private readonly LeaseMachine _machine = new();
    private readonly TaskCompletionSource<Answer<Registered>> _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done with the first registration; failed with the refusal when there is none.</summary>
    public Task<Answer<Registered>> Registered => _registered.Task;

    /// <summary>What the last call failed with; null when it did not fail.</summary>
    public CliFailure? LastFailure { get; private set; }

    /// <summary>Keeps the lease until it is stopped, or refused for good.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        var plan = LeaseMachine.Start;
        while (plan.Step != LeaseStep.End)
        {
            await Task.Delay(plan.After, time, stop);
            var input = await CallAsync(plan.Step, stop);
            plan = _machine.Next(input);
            if (plan.Fact != LeaseFact.Nothing)
                tell(plan.Fact, ReasonOf(input));
        }
    }

    /// <summary>Takes the instance out and waits until everybody knows; false when not everybody is known to.</summary>
    /// <exception cref="CliFailure">The registry refuses, or nobody can answer.</exception>
    public async Task<bool> DrainAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        var query = new QueryText().Add("deadline", DurationText.Format(deadline)).Add("epoch", _machine.Epoch?.ToString());
        return (await api.DrainAsync(instance.Service, instance.Id, query.ToString(), deadline, cancellation)).Value.Confirmed;
    }

    /// <summary>Ends the epoch that was kept, and no other; nothing when the registry never confirmed it.</summary>
    /// <exception cref="CliFailure">The registry refuses, or nobody can answer.</exception>
    public async Task DeregisterAsync(CancellationToken cancellation)
    {
        if (!_machine.WasRegistered)
            return;
        var query = new QueryText().Add("epoch", _machine.Epoch?.ToString());
        await api.DeregisterAsync(instance.Service, instance.Id, query.ToString(), TimeSpan.Zero, cancellation);
    }

    private async Task<LeaseInput> CallAsync(LeaseStep step, CancellationToken stop)
    {
        try
        {
            var input = step switch
            {
                LeaseStep.Register => await RegisterAsync(stop),
                LeaseStep.Beat => await BeatAsync(stop),
                _ => throw new UnreachableException($"No call for {step}."),
            };
            LastFailure = null;
            return input;
        }
        catch (CliFailure failure)
        {
            LastFailure = failure;
            if (failure.Problem?.Name == "unknown-lease")
                return new LeaseInput.Unknown();
            if (failure.Code is ExitCode.Unreachable or ExitCode.NotNow or ExitCode.Defect || failure.Problem?.Retryable == true)
                return new LeaseInput.Missed(failure.Message);
            _registered.TrySetException(failure);
            return new LeaseInput.Refused(failure.Message);
        }
    }

    private async Task<LeaseInput> RegisterAsync(CancellationToken stop)
    {
        var body = _machine.Epoch is { } epoch ? instance.Body with { Epoch = epoch.ToString() } : instance.Body;
        var answer = await api.RegisterAsync(instance.Service, instance.Id, body, instance.Query, instance.More, stop);
        _registered.TrySetResult(answer);
        return new LeaseInput.Registered(answer.Value.Epoch, TtlOf(answer.Value.Ttl));
    }

    private async Task<LeaseInput> BeatAsync(CancellationToken stop) =>
        new LeaseInput.Beaten(TtlOf((await api.BeatAsync(instance.Service, instance.Id, _machine.Epoch, stop)).Value.Ttl));

    /// <summary>A node that names no TTL that can be read is beaten as if it had the usual one.</summary>
    private static TimeSpan TtlOf(string text) =>
        DurationText.TryParse(text, out var ttl) && ttl > TimeSpan.Zero ? ttl : TimeSpan.FromSeconds(30);

    private static string? ReasonOf(LeaseInput input) => input switch
    {
        LeaseInput.Missed missed => missed.Reason,
        LeaseInput.Refused refused => refused.Reason,
        _ => null,
    };
}
