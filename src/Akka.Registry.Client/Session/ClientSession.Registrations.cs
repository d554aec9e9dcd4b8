using Akka.Registry.Client.Registrar;
using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Session;

/// <summary>What the owners of registered instances ask for.</summary>
internal sealed partial class ClientSession : IRegistrationOwner
{
    public IReadOnlyList<RegisteredInstance> Instances
    {
        get
        {
            lock (_gate)
                return [.. _book.Instances];
        }
    }

    public RegisteredInstance Register(ServiceRegistration registration)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isEnding, typeof(RegistryClient));
            var instance = _book.Add(this, registration, _time.GetUtcNow());
            Send(_book.Due());
            return instance;
        }
    }

    void IRegistrationOwner.Report(RegisteredInstance instance, InstanceStatus status)
    {
        lock (_gate)
        {
            _book.Report(instance, status);
            Send(_book.Due());
        }
    }

    void IRegistrationOwner.Deregister(RegisteredInstance instance)
    {
        lock (_gate)
        {
            _book.End(instance);
            Send(_book.Due());
        }
    }

    Task<DrainOutcome> IRegistrationOwner.DrainAsync(RegisteredInstance instance, TimeSpan deadline)
    {
        lock (_gate)
        {
            var isRegistered = instance.State == RegistrationState.Registered && _link is not null;
            // Reported as well: it stands at every node to come, and where the drain's own write is refused.
            _book.Report(instance, InstanceStatus.Draining);
            Send(_book.Due());
            if (!isRegistered)
                return Task.FromResult(new DrainOutcome(IsConfirmed: false, ["no node of this client holds it now"]));
            var command = new InstanceCommand
            {
                Request = _book.NextRequest(),
                Action = WireInstanceAction.Drain,
                Service = instance.Registration.Service,
                Instance = instance.Registration.Id,
                Epoch = instance.Epoch,
                TimeoutMs = Math.Max(1, (uint)deadline.TotalMilliseconds),
                Traceparent = TraceContext.Current,
            };
            _link?.Send(Frame.Of(FrameKind.InstanceCommand, command));
            return _pending.Drain(command.Request);
        }
    }

    private void LogRefused(List<(RegisteredInstance Instance, string Reason)> refused)
    {
        foreach (var (instance, reason) in refused)
            Log.Refused(_logger, instance.Registration.Service, instance.Registration.Id, reason);
    }
}
