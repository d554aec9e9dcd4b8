using System.Runtime.CompilerServices;
using Akka.Registry.Client;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Registrar;

namespace Akka.Registry.Server.Tests.Conformance;

/// <summary>An application with a registrar and a directory: of a session, or of the node that it is.</summary>
internal sealed class SdkUser(IServiceRegistrar registrar, IServiceDirectory directory, IAsyncDisposable? owned) : IRegistryUser
{
    public async Task<IUserInstance> RegisterAsync(ServiceRegistration registration)
    {
        try
        {
            var instance = registrar.Register(registration);
            await instance.WaitAsync().WaitAsync(ConformanceNode.Patience);
            return new SdkInstance(instance);
        }
        catch (RegistryRefusedException refusal)
        {
            throw new UserRefusedException(refusal.Message);
        }
    }

    public async Task<SeenView> GetAsync(string service) => Seen(await directory.GetAsync(service).AsTask().WaitAsync(ConformanceNode.Patience));

    public async IAsyncEnumerable<SeenView> WatchAsync(string service, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var change in directory.WatchAsync(service, cancellation))
            yield return Seen(change.Current);
    }

    public ValueTask DisposeAsync() => owned?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static SeenView Seen(ServiceSnapshot snapshot) => new(snapshot.Revision, [.. snapshot.Instances.Select(instance => new SeenInstance(
        instance.Id, instance.Epoch, instance.Address, instance.Port, instance.Status.ToString().ToLowerInvariant(), instance.Zone, instance.Version,
        instance.Weight, string.Join(',', instance.Tags),
        string.Join(',', instance.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")),
        string.Join(',', instance.Methods)))]);

    private sealed class SdkInstance(RegisteredInstance instance) : IUserInstance
    {
        public ulong Epoch => instance.Epoch;

        public Task ReportAsync(string status)
        {
            instance.Report(Enum.Parse<InstanceStatus>(status, ignoreCase: true));
            return Task.CompletedTask;
        }

        public async Task<bool> DrainAsync(TimeSpan deadline) =>
            (await instance.DrainAsync(deadline).WaitAsync(ConformanceNode.Patience)).IsConfirmed;

        public Task DeregisterAsync() => instance.DeregisterAsync().WaitAsync(ConformanceNode.Patience);

        public async Task<bool> IsSupersededAsync()
        {
            // By the next beat at the latest.
            await ConformanceNode.Until(() => instance.State == RegistrationState.Refused, "it learns that it is superseded");
            return true;
        }
    }
}
