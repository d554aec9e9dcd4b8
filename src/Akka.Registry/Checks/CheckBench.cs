using System.Diagnostics;
using Akka.Registry.Views;

namespace Akka.Registry.Checks;

/// <summary>Runs one check of any kind that is run. Any thread.</summary>
internal sealed class CheckBench(ICheckProbe probe, RegistryViews views)
{
    /// <summary>Runs a check once.</summary>
    public Task<CheckOutcome> RunAsync(CheckDefinition definition) => definition switch
    {
        CheckDefinition.Active active => probe.RunAsync(active),
        CheckDefinition.Alias alias => Task.FromResult(Look(alias)),
        _ => throw new UnreachableException($"A check of kind {KindOf(definition)} is not run."),
    };

    /// <summary>The kind's name, as metrics and the API have it.</summary>
    public static string KindOf(CheckDefinition definition) => definition switch
    {
        CheckDefinition.Ttl => "ttl",
        CheckDefinition.Manual => "manual",
        CheckDefinition.Http => "http",
        CheckDefinition.Tcp => "tcp",
        CheckDefinition.Grpc => "grpc",
        CheckDefinition.Alias => "alias",
        _ => throw new UnreachableException($"No name for {definition.GetType().Name}."),
    };

    private CheckOutcome Look(CheckDefinition.Alias alias)
    {
        var instances = views.Find(alias.Service)?.Instances;
        if (alias.Instance.Length > 0)
        {
            return instances?.Find(alias.Instance) is { } target
                ? new CheckOutcome(CheckStatuses.OfAlias(target.Status), $"Instance '{alias.Instance}' of '{alias.Service}' is {target.Status}.")
                : new CheckOutcome(InstanceStatus.Critical, $"Instance '{alias.Instance}' of '{alias.Service}' is not registered.");
        }

        if (instances is null)
            return new CheckOutcome(InstanceStatus.Critical, $"Service '{alias.Service}' is not registered.");
        var best = InstanceStatus.Critical;
        foreach (var instance in instances)
        {
            var status = CheckStatuses.OfAlias(instance.Status);
            if (status < best)
                best = status;
            if (best == InstanceStatus.Passing)
                break;
        }

        return new CheckOutcome(best, $"The best of the instances of '{alias.Service}' is {best}.");
    }
}
