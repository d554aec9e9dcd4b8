using Akka.Registry.Client.Session;
using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Registrar;

/// <summary>What this client keeps registered, as a machine: what nodes say in, frames to send out. Not safe on several threads.</summary>
/// <remarks>
/// What is not as it should be is sent with the next <see cref="Due"/>: new ones and those of a status that changed at once, those that a
/// node could not take now with the next sign of life. With a new session everything is sent anew, under its epoch.
/// </remarks>
internal sealed class RegistrationBook(RegistryClientOptions options)
{
    /// <summary>Far below a node's limits of one frame, whatever the entries.</summary>
    private const int FrameRegistrations = 500;
    private const int FrameBytes = 256 * 1024;
    private const int FrameBeats = 5_000;
    private const uint TimeoutMs = 5_000;

    private readonly Dictionary<(string Service, string Id), RegisteredInstance> _instances = [];
    private readonly Queue<RegisteredInstance> _wanted = new();
    private readonly Dictionary<ulong, RegisteredInstance[]> _sent = [];
    private readonly Dictionary<ulong, RegisteredInstance> _ending = [];
    private readonly HeldLeases _leases = new(FrameBeats);
    private readonly List<RegisteredInstance> _later = [];
    private ulong _lastEpoch;
    private ulong _requests;
    private bool _isOpen;

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<RegisteredInstance> Instances => _instances.Values;

    /// <summary>From one sign of life to the next: a third of the shortest TTL, or the longest time without one.</summary>
    public TimeSpan SignInterval =>
        _leases.ShortestTtl is { } ttl && ttl / 3 < options.SignInterval ? ttl / 3 : options.SignInterval;

    /// <summary>A number that no other request of this client has.</summary>
    public ulong NextRequest() => ++_requests;

    /// <summary>One more instance.</summary>
    /// <exception cref="RegistryRefusedException">There are as many as may be.</exception>
    public RegisteredInstance Add(IRegistrationOwner owner, ServiceRegistration registration, DateTimeOffset now)
    {
        // What cannot be sent is told to who says it, not to every session to come.
        _ = registration.ToWire(registration.Status);
        var key = (registration.Service, registration.Id);
        _instances.TryGetValue(key, out var former);
        if (former is null && _instances.Count >= options.InstancesMax)
        {
            throw new RegistryRefusedException(RegistryRefusal.LimitReached,
                $"This client keeps {options.InstancesMax} instances registered, and no more are allowed; deregister some.");
        }

        _lastEpoch = Math.Max(_lastEpoch + 1, (ulong)now.ToUnixTimeMilliseconds());
        var span = ClientTracing.Register(registration);
        var instance = new RegisteredInstance(owner, registration, _lastEpoch)
        {
            Span = span,
            Traceparent = span is null ? TraceContext.Current : TraceContext.Of(span),
        };
        _instances[key] = instance;
        if (former is not null)
            Forget(former);
        Want(instance);
        return instance;
    }

    /// <summary>It reports another status.</summary>
    public void Report(RegisteredInstance instance, InstanceStatus status)
    {
        if (instance.State is not (RegistrationState.Pending or RegistrationState.Registered) || instance.Status == status)
            return;
        instance.Status = status;
        if (TraceContext.Current is { Length: > 0 } trace)
            instance.Traceparent = trace;
        if (instance.Request != 0)
            instance.IsChanged = true;
        else
            Want(instance);
    }

    /// <summary>It is to end.</summary>
    public void End(RegisteredInstance instance)
    {
        if (instance.State is not (RegistrationState.Pending or RegistrationState.Registered))
            return;
        (instance.State, instance.Traceparent) = (RegistrationState.Ending, TraceContext.Current);
        Unlease(instance);
        Want(instance);
    }

    /// <summary>A session is open: everything is to be said anew.</summary>
    public void Opened()
    {
        _isOpen = true;
        _wanted.Clear();
        _later.Clear();
        foreach (var instance in _instances.Values)
        {
            (instance.Request, instance.IsChanged, instance.IsWanted) = (0, false, false);
            Want(instance);
        }
    }

    /// <summary>The session is lost.</summary>
    public void Lost()
    {
        _isOpen = false;
        _sent.Clear();
        _ending.Clear();
        _leases.Clear();
        foreach (var instance in _instances.Values)
        {
            (instance.Lease, instance.Request) = (0, 0);
            if (instance.State == RegistrationState.Registered)
                instance.State = RegistrationState.Pending;
        }
    }

    /// <summary>Frames that say what is not as it should be; none without a session.</summary>
    public IReadOnlyList<Frame> Due()
    {
        if (!_isOpen || _wanted.Count == 0)
            return [];
        var frames = new List<Frame>();
        while (_wanted.Count > 0)
        {
            var request = new RegisterInstances { Request = NextRequest(), TimeoutMs = TimeoutMs };
            var sent = new List<RegisteredInstance>();
            var bytes = 0;
            while (sent.Count < FrameRegistrations && bytes < FrameBytes && _wanted.TryDequeue(out var instance))
            {
                instance.IsWanted = false;
                if (instance.State == RegistrationState.Ending)
                    frames.Add(Deregister(instance));
                if (instance.State is not (RegistrationState.Pending or RegistrationState.Registered) || instance.Request != 0)
                    continue;
                var wire = instance.ToWire();
                bytes += wire.CalculateSize();
                request.Registrations.Add(wire);
                instance.Request = request.Request;
                sent.Add(instance);
            }

            if (sent.Count == 0)
                continue;
            _sent[request.Request] = [.. sent];
            frames.Add(Frame.Of(FrameKind.RegisterInstances, request));
        }

        return frames;
    }

    /// <summary>The sign of life: every lease that this session has; one frame at least. What could not be taken is due again.</summary>
    public IReadOnlyList<Frame> Signs()
    {
        foreach (var instance in _later)
            Want(instance);
        _later.Clear();
        return _leases.Beats;
    }

    /// <summary>A node answers registrations.</summary>
    /// <returns>Those that it refuses, for those that it may take later the first time only.</returns>
    public List<(RegisteredInstance Instance, string Reason)> OnResults(RegisterResults results)
    {
        var refused = new List<(RegisteredInstance, string)>();
        if (!_sent.Remove(results.Request, out var sent))
            return refused;
        for (var i = 0; i < sent.Length; i++)
        {
            var instance = sent[i];
            if (instance.Request != results.Request)
                continue;
            instance.Request = 0;
            // What a node does not answer counts as not taken.
            var result = i < results.Results.Count ? results.Results[i] : new WireRegisterResult { Error = WireSessionError.Unreachable };
            if (instance.State is RegistrationState.Pending or RegistrationState.Registered && OnResult(instance, result) is { } reason)
                refused.Add((instance, reason));
        }

        return refused;
    }

    /// <summary>A node answers beats.</summary>
    /// <returns>Those that are superseded.</returns>
    public List<(RegisteredInstance Instance, string Reason)> OnBeatResults(SessionBeatResults results)
    {
        var refused = new List<(RegisteredInstance, string)>();
        foreach (var beat in results.Refused)
        {
            if (_leases.Find(beat.Lease) is not { } instance)
                continue;
            if (beat.Error == WireSessionError.NotFound)
            {
                Unlease(instance);
                instance.State = RegistrationState.Pending;
                Want(instance);
            }
            else if (beat.Error == WireSessionError.StaleEpoch)
            {
                refused.Add((instance, Refuse(instance, RegistryRefusal.Superseded, "A newer epoch of the instance stands, or this one was ended.")));
            }
        }

        return refused;
    }

    /// <summary>A node answers a deregistration.</summary>
    /// <returns>Whether it was one.</returns>
    public bool OnCommandResult(InstanceCommandResult result)
    {
        if (!_ending.Remove(result.Request, out var instance))
            return false;
        if (result.Error is WireSessionError.Unreachable or WireSessionError.NotReady or WireSessionError.LimitReached)
            _later.Add(instance);
        else
            Forget(instance);       // It is gone, or it was already.
        return true;
    }

    private string? OnResult(RegisteredInstance instance, WireRegisterResult result)
    {
        switch (result.Error)
        {
            case WireSessionError.None:
                Unlease(instance);
                (instance.Lease, instance.State) = (result.Lease, RegistrationState.Registered);
                _leases.Put(result.Lease, instance, TimeSpan.FromMilliseconds(Math.Min(result.TtlMs, int.MaxValue)));
                instance.Accept();
                instance.IsForbidden = false;
                if (instance.IsChanged)
                    Want(instance);
                instance.IsChanged = false;
                return null;
            case WireSessionError.Invalid:
                return Refuse(instance, RegistryRefusal.Invalid, result.Message);
            case WireSessionError.StaleEpoch:
                return Refuse(instance, RegistryRefusal.Superseded, result.Message);
            case WireSessionError.Forbidden:
                // Rights are changed at the nodes while they run: it is told once, and tried on.
                _later.Add(instance);
                var isNews = !instance.IsForbidden;
                instance.IsForbidden = true;
                return isNews ? result.Message : null;
            default:
                _later.Add(instance);
                return null;
        }
    }

    private Frame Deregister(RegisteredInstance instance)
    {
        var command = new InstanceCommand
        {
            Request = NextRequest(),
            Action = WireInstanceAction.Deregister,
            Service = instance.Registration.Service,
            Instance = instance.Registration.Id,
            Epoch = instance.Epoch,
            TimeoutMs = TimeoutMs,
            Traceparent = instance.Traceparent,
        };
        _ending[command.Request] = instance;
        return Frame.Of(FrameKind.InstanceCommand, command);
    }

    private void Want(RegisteredInstance instance)
    {
        if (instance.IsWanted)
            return;
        instance.IsWanted = true;
        _wanted.Enqueue(instance);
    }

    private string Refuse(RegisteredInstance instance, RegistryRefusal refusal, string reason)
    {
        Unlease(instance);
        if (_instances.TryGetValue(instance.Key, out var standing) && ReferenceEquals(standing, instance))
            _instances.Remove(instance.Key);
        instance.Refuse(new RegistryRefusedException(refusal, reason));
        return reason;
    }

    private void Forget(RegisteredInstance instance)
    {
        Unlease(instance);
        if (_instances.TryGetValue(instance.Key, out var standing) && ReferenceEquals(standing, instance))
            _instances.Remove(instance.Key);
        instance.End();
    }

    private void Unlease(RegisteredInstance instance)
    {
        if (instance.Lease != 0)
            _leases.Remove(instance.Lease);
        instance.Lease = 0;
    }
}
