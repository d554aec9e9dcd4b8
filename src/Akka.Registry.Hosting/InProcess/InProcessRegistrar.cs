using Akka.Registry.Client;
using Akka.Registry.Client.Registrar;
using Akka.Registry.DistributedData;
using Akka.Registry.Sessions;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Hosting.InProcess;

/// <summary>The registrar of an application that is a node: instances are written to its own registry, and beaten for in one message.</summary>
/// <remarks>
/// Each instance is brought to what it should be by one task at a time, which ends when it is; what could not be taken is tried again
/// with the next beat. One timer beats for all, every third of the shortest TTL.
/// </remarks>
internal sealed class InProcessRegistrar(RegistryClientOptions options, TimeProvider time, ILogger logger)
    : IServiceRegistrar, IRegistrationOwner, IAsyncDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Service, string Id), LocalRegistration> _all = [];
    private readonly HashSet<LocalRegistration> _later = [];
    private readonly CancellationTokenSource _stop = new();
    private IServiceRegistry? _registry;
    private IRegistrySession? _session;
    private ITimer? _beat;
    private readonly long _began = time.GetTimestamp();
    private TimeSpan? _beatAt;
    private ulong _lastEpoch;
    private bool _isEnding;

    /// <inheritdoc/>
    public IReadOnlyList<RegisteredInstance> Instances
    {
        get
        {
            lock (_gate)
                return [.. _all.Values.Select(local => local.Instance)];
        }
    }

    /// <summary>The node runs.</summary>
    public void Begin(IServiceRegistry registry)
    {
        lock (_gate)
        {
            if (_isEnding)
                return;
            _registry = registry;
            _beat = time.CreateTimer(
                static state => _ = ((InProcessRegistrar)state!).BeatAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            foreach (var local in _all.Values)
                Want(local);
        }
    }

    /// <inheritdoc/>
    public RegisteredInstance Register(ServiceRegistration registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        _ = registration.ToWire(registration.Status);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isEnding, typeof(IServiceRegistrar));
            _all.TryGetValue((registration.Service, registration.Id), out var former);
            if (former is null && _all.Count >= options.InstancesMax)
            {
                throw new RegistryRefusedException(RegistryRefusal.LimitReached,
                    $"This application keeps {options.InstancesMax} instances registered, and no more are allowed; deregister some.");
            }

            _lastEpoch = Math.Max(_lastEpoch + 1, (ulong)time.GetUtcNow().ToUnixTimeMilliseconds());
            var local = new LocalRegistration(new RegisteredInstance(this, registration, _lastEpoch));
            _all[(registration.Service, registration.Id)] = local;
            former?.Instance.End();
            Want(local);
            return local.Instance;
        }
    }

    void IRegistrationOwner.Report(RegisteredInstance instance, InstanceStatus status)
    {
        lock (_gate)
            Report(instance, status);
    }

    void IRegistrationOwner.Deregister(RegisteredInstance instance)
    {
        lock (_gate)
            End(instance);
    }

    Task<DrainOutcome> IRegistrationOwner.DrainAsync(RegisteredInstance instance, TimeSpan deadline)
    {
        lock (_gate)
        {
            if (instance.State != RegistrationState.Registered || _registry is not { } registry)
            {
                Report(instance, InstanceStatus.Draining);
                return Task.FromResult(new DrainOutcome(IsConfirmed: false, ["its node does not hold it now"]));
            }

            // The drain writes it; so does each registration to come, the one that follows a registration under way included.
            instance.Status = InstanceStatus.Draining;
            if (LocalOf(instance) is { IsBusy: true } busy)
                Want(busy);
            return DrainAsync(registry, instance, deadline);
        }
    }

    /// <summary>Deregisters everything, within the farewell's timeout, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        Task farewell;
        lock (_gate)
        {
            if (_isEnding)
                return;
            _isEnding = true;
            RegisteredInstance[] instances = [.. _all.Values.Select(local => local.Instance)];
            foreach (var instance in instances)
                End(instance);
            farewell = Task.WhenAll(instances.Select(instance => instance.DeregisterAsync()));
        }

        await farewell.WaitAsync(options.FarewellTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ITimer? beat;
        lock (_gate)
        {
            (beat, _beat) = (_beat, null);
            foreach (var local in _all.Values)
                local.Instance.End();
            _all.Clear();
            _session?.End();
        }

        if (beat is not null)
            await beat.DisposeAsync();
        await _stop.CancelAsync();
        _stop.Dispose();
    }

    private async Task<DrainOutcome> DrainAsync(IServiceRegistry registry, RegisteredInstance instance, TimeSpan deadline)
    {
        try
        {
            var result = await registry.DrainAsync(KeyOf(instance), instance.Epoch, deadline);
            return new DrainOutcome(result.IsConfirmed, [.. result.Laggards.Take(32).Select(
                laggard => laggard.Subscriber is null ? laggard.NodeName : $"{laggard.Subscriber} at {laggard.NodeName}")]);
        }
        catch (Exception failure) when (failure is RegistryException or TimeoutException)
        {
            // Its own write may have been refused.
            lock (_gate)
            {
                if (LocalOf(instance) is { } local && instance.State == RegistrationState.Registered)
                    Want(local);
            }

            return new DrainOutcome(IsConfirmed: false, [failure.Message]);
        }
    }

    private void Report(RegisteredInstance instance, InstanceStatus status)
    {
        if (instance.State is not (RegistrationState.Pending or RegistrationState.Registered) || instance.Status == status)
            return;
        instance.Status = status;
        if (LocalOf(instance) is { } local)
            Want(local);
    }

    private void End(RegisteredInstance instance)
    {
        if (instance.State is not (RegistrationState.Pending or RegistrationState.Registered) || LocalOf(instance) is not { } local)
            return;
        instance.State = RegistrationState.Ending;
        if (_registry is null)
            Forget(local);      // Nobody has heard of it.
        else
            Want(local);
    }

    private LocalRegistration? LocalOf(RegisteredInstance instance) =>
        _all.TryGetValue((instance.Registration.Service, instance.Registration.Id), out var local) && ReferenceEquals(local.Instance, instance)
            ? local : null;

    /// <summary>What it should be has changed, or is not so: one task sees to it.</summary>
    private void Want(LocalRegistration local)
    {
        if (_registry is not { } registry)
            return;
        local.IsWanted = true;
        if (local.IsBusy)
            return;
        local.IsBusy = true;
        _ = Task.Run(() => SyncAsync(registry, local), CancellationToken.None);
    }

    private async Task SyncAsync(IServiceRegistry registry, LocalRegistration local)
    {
        while (true)
        {
            RegistrationState state;
            lock (_gate)
            {
                state = local.Instance.State;
                if (!local.IsWanted || state is RegistrationState.Refused or RegistrationState.Ended)
                {
                    local.IsBusy = false;
                    return;
                }

                local.IsWanted = false;
            }

            try
            {
                if (state == RegistrationState.Ending)
                    await DeregisterAsync(registry, local);
                else
                    await RegisterAsync(registry, local);
            }
            catch (Exception failure) when (failure is RegistryException or TimeoutException or ObjectDisposedException or OperationCanceledException)
            {
                OnFailure(local, failure as RegistryException);
            }
        }
    }

    private async Task RegisterAsync(IServiceRegistry registry, LocalRegistration local)
    {
        var result = await Session(registry).RegisterAsync(RegistrationFrame.Read(local.Instance.ToWire()), WriteOptions.Default, _stop.Token);
        lock (_gate)
        {
            local.Ttl = result.Entry.Ttl;
            if (local.Instance.State is not RegistrationState.Pending)
                return;
            local.Instance.State = RegistrationState.Registered;
            local.Instance.Accept();
            ArmBeat(local.Ttl / 3);
        }
    }

    private async Task DeregisterAsync(IServiceRegistry registry, LocalRegistration local)
    {
        await Session(registry).DeregisterAsync(KeyOf(local.Instance), local.Instance.Epoch, WriteOptions.Default, _stop.Token);
        lock (_gate)
            Forget(local);
    }

    private void OnFailure(LocalRegistration local, RegistryException? refusal)
    {
        lock (_gate)
        {
            var instance = local.Instance;
            switch (refusal?.Error)
            {
                case RegistryError.NotFound or RegistryError.StaleEpoch when instance.State == RegistrationState.Ending:
                    Forget(local);      // It is gone already.
                    break;
                case RegistryError.Invalid or RegistryError.StaleEpoch when instance.State != RegistrationState.Ending:
                    if (LocalOf(instance) is not null)
                        _all.Remove((instance.Registration.Service, instance.Registration.Id));
                    Log.Refused(logger, instance.Registration.Service, instance.Registration.Id, refusal.Message);
                    instance.Refuse(new RegistryRefusedException(
                        refusal.Error == RegistryError.Invalid ? RegistryRefusal.Invalid : RegistryRefusal.Superseded, refusal.Message));
                    break;
                default:
                    _later.Add(local);
                    ArmBeat(RetryDelay);
                    break;
            }
        }
    }

    private async Task BeatAsync()
    {
        RecordKey[] keys;
        IServiceRegistry? registry;
        lock (_gate)
        {
            registry = _registry;
            _beatAt = null;
            foreach (var local in _later)
                Want(local);
            _later.Clear();
            keys = [.. _all.Values.Where(local => local.Instance.State == RegistrationState.Registered).Select(local => KeyOf(local.Instance))];
        }

        IReadOnlyList<RecordKey> refused = [];
        try
        {
            if (keys.Length > 0 && registry is not null)
                refused = await Session(registry).HeartbeatManyAsync(keys, _stop.Token);
        }
        catch (Exception failure) when (failure is RegistryException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // The node is too busy, or leaves: the next beat says it again.
        }

        lock (_gate)
        {
            foreach (var key in refused)
            {
                // Registering again takes up what is gone, and learns of what is superseded.
                if (_all.TryGetValue((key.Service, key.Instance), out var local))
                    Want(local);
            }

            var interval = _later.Count > 0 ? RetryDelay : options.SignInterval;
            foreach (var local in _all.Values)
            {
                if (local.Ttl > TimeSpan.Zero && local.Ttl / 3 < interval)
                    interval = local.Ttl / 3;
            }

            ArmBeat(interval);
        }
    }

    /// <summary>The next beat comes within this time; sooner, when it was to.</summary>
    private void ArmBeat(TimeSpan within)
    {
        var at = time.GetElapsedTime(_began) + within;
        if (_beatAt is { } standing && standing <= at)
            return;
        _beatAt = at;
        _beat?.Change(within, Timeout.InfiniteTimeSpan);
    }

    private IRegistrySession Session(IServiceRegistry registry)
    {
        lock (_gate)
            return _session ??= registry.OpenSession("in-process registrar");
    }

    private void Forget(LocalRegistration local)
    {
        if (LocalOf(local.Instance) is not null)
            _all.Remove((local.Instance.Registration.Service, local.Instance.Registration.Id));
        local.Instance.End();
    }

    private static RecordKey KeyOf(RegisteredInstance instance) => new(instance.Registration.Service, instance.Registration.Id);

    /// <summary>An instance, and whether somebody sees to it.</summary>
    private sealed class LocalRegistration(RegisteredInstance instance)
    {
        public RegisteredInstance Instance { get; } = instance;

        public TimeSpan Ttl { get; set; }

        public bool IsWanted { get; set; }

        public bool IsBusy { get; set; }
    }
}
