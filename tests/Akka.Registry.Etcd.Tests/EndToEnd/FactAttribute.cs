using Akka.Registry.Etcd.Tests.Harness;

namespace Akka.Registry.EndToEnd;

/// <summary>
/// What the linked tests of real processes are marked with here: they take two minutes, and run when <c>AKREG_ETCD_SOAK</c> is 1 and there is
/// an etcd.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactAttribute : Xunit.FactAttribute
{
    public FactAttribute() => Skip = Environment.GetEnvironmentVariable("AKREG_ETCD_SOAK") == "1"
        ? new EtcdFactAttribute().Skip
        : "The tests of real processes take two minutes with etcd; AKREG_ETCD_SOAK=1 runs them.";
}
