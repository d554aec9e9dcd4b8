using Akka.Registry.Etcd;
using Akka.Registry.Hosting.Hocon;
using Akka.Registry.Hosting.Settings;
using Akka.Registry.Server;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Dns;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Server.Memory;
using Akka.Registry.Server.Metrics;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Settings;

/// <summary>The files under <c>hocon/</c> and the options of all rooms.</summary>
public sealed class RegistryReferenceTests
{
    private const string Rewrite = "AKREG_WRITE_REFERENCE";

    private const string Heading =
        "Every setting with its default, written from the doc comments of the code; a test keeps the two equal. Copy "
        + "the keys that you change into a file of your own: a key that is not there has its default. A duration is a "
        + "number with a unit (ms, s, m, h, d), a size in bytes may have one (KiB, MiB, GiB). A setting is also an "
        + "environment variable (akka.registry.cluster.seed-nodes is AKKA_REGISTRY__CLUSTER__SEED_NODES) and a switch "
        + "(--cluster.seed-nodes=...); of these the latter holds. null is \"not set\".";

    private static readonly ReferenceChecks Checks = new ReferenceChecks()
        .Add<RegistryNodeOptions>()
        .Add<HttpOptions>("http")
        .Add<DnsOptions>("dns")
        .Add<ConsulOptions>("consul")
        .Add<EurekaOptions>("eureka")
        .Add<EtcdOptions>("etcd")
        .Add<TelemetryOptions>("telemetry")
        .Add<MemoryOptions>("memory");

    internal static string Folder { get; } = Find("hocon");

    [Fact]
    public void The_reference_is_what_the_code_says()
    {
        var path = Path.Combine(Folder, "reference.conf");
        var expected = Checks.Text(Heading);
        if (Environment.GetEnvironmentVariable(Rewrite) == "1")
            File.WriteAllText(path, expected);

        File.ReadAllText(path).ShouldBe(expected, $"out of date; {Rewrite}=1 writes hocon/reference.conf anew");
    }

    [Fact]
    public void Each_key_of_the_reference_is_a_property_with_that_default() =>
        Checks.EachKeyIsAPropertyWithItsDefault(File.ReadAllText(Path.Combine(Folder, "reference.conf")));

    [Fact]
    public void Each_key_of_the_reference_changes_its_property() =>
        Checks.EachKeyChangesItsProperty().ShouldBeUnique();

    [Fact]
    public void A_node_of_node_conf_is_as_without_it_but_for_its_name()
    {
        var bound = Bind("node.conf", _ => null);

        Changed(bound).ShouldBe(["akka.registry.node.name = \"node-1\""]);
        Bind("node.conf", _ => "from the environment").Get<RegistryNodeOptions>().Cluster.Secret.ShouldBe("from the environment");
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("1", 1)]
    [InlineData("3", 3)]
    public void Three_nodes_come_from_one_file(string? variable, int number) =>
        Changed(Bind("three-nodes.conf", name => name == "AKREG_NODE" ? variable : null)).ShouldBe(
        [
            $"akka.registry.node.name = \"node-{number}\"",
            "akka.registry.cluster.seed-nodes = [\"127.0.0.1:4051\", \"127.0.0.1:4052\", \"127.0.0.1:4053\"]",
            "akka.registry.cluster.failure-detector.preset = local",
            .. number == 3 ? Array.Empty<string>() : [$"akka.registry.transport.port = 405{number}"],
            $"akka.registry.http.urls = [\"http://127.0.0.1:850{number}\"]",
        ]);

    [Fact]
    public void The_secure_settings_name_files_by_the_node_and_want_a_secret()
    {
        var bound = Bind("secure.conf", name => name switch
        {
            "AKREG_NODE" => "2", "AKREG_TLS" => "/etc/akreg", "AKREG_CLUSTER_SECRET" => "from the environment", _ => null,
        });
        var tls = bound.Get<RegistryNodeOptions>().Tls;

        (tls.Enabled, tls.Certificate, tls.Key, tls.Ca).ShouldBe(
            (true, "/etc/akreg/node-2.pem", "/etc/akreg/node-2.key", "/etc/akreg/ca.pem"));
        bound.Get<RegistryNodeOptions>().Cluster.Secret.ShouldBe("from the environment");
        Should.Throw<Hosting.Hocon.HoconException>(() => Bind("secure.conf", _ => null)).Message.ShouldContain("AKREG_CLUSTER_SECRET");
    }

    private static BoundSettings Bind(string file, Func<string, string?> environment) => Checks.Bind(
        new HoconConfigurationSource { Path = Path.Combine(Folder, file), EnvironmentVariable = environment });

    private static IEnumerable<string> Changed(BoundSettings bound)
    {
        var defaults = Checks.Bind(new HoconConfigurationSource { Text = "" }).Settings.ToDictionary(setting => setting.Key);
        return bound.Settings.Where(setting => setting.Value != defaults[setting.Key].Value)
            .Select(setting => $"{setting.Key} = {setting.Value}");
    }

    private static string Find(string folder)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Akka.Registry.sln")))
                return Path.Combine(directory.FullName, folder);
        }

        throw new DirectoryNotFoundException($"No solution above {AppContext.BaseDirectory}.");
    }
}
