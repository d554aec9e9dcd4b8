using System.Diagnostics;
using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Registrar;

/// <summary>One instance that this client keeps registered. Any thread.</summary>
public sealed class RegisteredInstance
{
    private readonly IRegistrationOwner _owner;
    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state = (int)RegistrationState.Pending;

    internal RegisteredInstance(IRegistrationOwner owner, ServiceRegistration registration, ulong epoch)
    {
        (_owner, Registration, Epoch, Status) = (owner, registration, epoch, registration.Status);
        // Who does not wait is not told by an unobserved exception.
        _ = _accepted.Task.ContinueWith(
            static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>What it says of itself.</summary>
    public ServiceRegistration Registration { get; }

    /// <summary>Its epoch: minted at its registration, from the clock, in Unix milliseconds.</summary>
    public ulong Epoch { get; }

    /// <summary>How it stands.</summary>
    public RegistrationState State
    {
        get => (RegistrationState)Volatile.Read(ref _state);
        internal set => Volatile.Write(ref _state, (int)value);
    }

    /// <summary>The status that it reports of itself.</summary>
    public InstanceStatus Status { get; internal set; }

    /// <summary>What to beat with in this session; 0 for none.</summary>
    internal ulong Lease { get; set; }

    /// <summary>The request that it was sent with; 0 while it waits.</summary>
    internal ulong Request { get; set; }

    /// <summary>Whether what was sent is not what it says any more.</summary>
    internal bool IsChanged { get; set; }

    /// <summary>Whether the last answer was that the client has no right to it.</summary>
    internal bool IsForbidden { get; set; }

    /// <summary>Whether it waits to be sent.</summary>
    internal bool IsWanted { get; set; }

    /// <summary>The activity of its first registration; null where nobody traces it, and once a node has answered.</summary>
    internal Activity? Span { get; init; }

    /// <summary>W3C trace context of what is to be sent; empty for none: what is only said again to another node has none.</summary>
    internal string Traceparent { get; set; } = "";

    internal (string Service, string Id) Key => (Registration.Service, Registration.Id);

    /// <summary>Completes when a node has taken it for the first time.</summary>
    /// <exception cref="RegistryRefusedException">It was refused for good.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended, or the instance or the client was.</exception>
    public Task WaitAsync(CancellationToken cancellation = default) => _accepted.Task.WaitAsync(cancellation);

    /// <summary>Reports a status of itself, here and at every node to come. Does not wait.</summary>
    /// <param name="status">Any but out-of-service.</param>
    public void Report(InstanceStatus status)
    {
        if (status is < InstanceStatus.Starting or > InstanceStatus.Draining)
            throw new ArgumentOutOfRangeException(nameof(status), status, "An instance reports starting to draining.");
        _owner.Report(this, status);
    }

    /// <summary>Makes it draining, and waits until every live subscriber has confirmed that it is not to be called.</summary>
    /// <param name="deadline">How long to wait; more than zero, at most 1 min.</param>
    /// <param name="cancellation">Ends the wait; the instance drains.</param>
    /// <returns>Who confirmed. Never fails for the network: without a node nobody has confirmed.</returns>
    public Task<DrainOutcome> DrainAsync(TimeSpan deadline, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadline, TimeSpan.FromMinutes(1));
        return _owner.DrainAsync(this, deadline).WaitAsync(cancellation);
    }

    /// <summary>Ends its epoch for good: no beat from now on; completes when a node has taken it out.</summary>
    /// <param name="cancellation">Ends the wait; it is taken out when a node can be reached, or by its TTL.</param>
    public Task DeregisterAsync(CancellationToken cancellation = default)
    {
        _owner.Deregister(this);
        return _ended.Task.WaitAsync(cancellation);
    }

    internal void Accept()
    {
        if (_accepted.TrySetResult())
            TraceContext.End(Span);
        Traceparent = "";
    }

    internal void Refuse(RegistryRefusedException refusal)
    {
        State = RegistrationState.Refused;
        if (!_accepted.Task.IsCompleted)
            TraceContext.End(Span, refusal.Message);
        _accepted.TrySetException(refusal);
        _ended.TrySetResult();
    }

    internal void End()
    {
        State = RegistrationState.Ended;
        if (!_accepted.Task.IsCompleted)
            TraceContext.End(Span, "it ended before a node took it");
        _accepted.TrySetCanceled();
        _ended.TrySetResult();
    }

    internal WireRegistration ToWire() => new()
    {
        Service = Registration.Service,
        Instance = Registration.Id,
        Epoch = Epoch,
        Value = Registration.ToWire(Status),
        Traceparent = Traceparent,
    };
}

/// <summary>Who does what an instance's owner asks for.</summary>
internal interface IRegistrationOwner
{
    void Report(RegisteredInstance instance, InstanceStatus status);

    Task<DrainOutcome> DrainAsync(RegisteredInstance instance, TimeSpan deadline);

    void Deregister(RegisteredInstance instance);
}
