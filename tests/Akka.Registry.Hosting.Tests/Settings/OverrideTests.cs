using Akka.Registry.Hosting.Hocon;
using Akka.Registry.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Settings;

/// <summary>Environment variables and switches above a file.</summary>
public sealed class OverrideTests
{
    [Fact]
    public void Switches_override_variables_which_override_the_file()
    {
        var options = Bind(
            "node { name = file, port = 1, share = 0.1 }",
            [("AKKA_REGISTRY__NODE__NAME", "variable"), ("AKKA_REGISTRY__NODE__PORT", "2"), ("PATH", "/bin")],
            ["run", "--node.name=switch", "--verbose", "--config=x"]).Value;

        (options.Node.Name, options.Node.Port, options.Node.Share).ShouldBe(("switch", 2, 0.1));
    }

    [Theory]
    [InlineData("AKKA_REGISTRY__CLUSTER__SEED_NODES", "a:1, b:2")]
    [InlineData("akka_registry__cluster__seed_nodes", "a:1,b:2")]
    [InlineData("AKKA_REGISTRY__CLUSTER__SEED_NODES__0", "a:1", "AKKA_REGISTRY__CLUSTER__SEED_NODES__1", "b:2")]
    [InlineData("AKKA_REGISTRY__CLUSTER__SEED_NODES__10", "b:2", "AKKA_REGISTRY__CLUSTER__SEED_NODES__9", "a:1")]
    public void A_list_is_one_variable_with_commas_or_one_an_index(
        string name, string value, string second = "IGNORED", string secondValue = "") =>
        Bind("", [(name, value), (second, secondValue)], []).Value.Cluster.SeedNodes.ShouldBe(["a:1", "b:2"]);

    [Theory]
    [InlineData("--cluster.seed-nodes=a:1,b:2")]
    [InlineData("--akka.registry.cluster.seed-nodes=a:1,b:2")]
    [InlineData("--cluster.seed-nodes", "a:1,b:2")]
    [InlineData("--cluster.seed-nodes.0=a:1", "--cluster.seed-nodes.1=b:2")]
    [InlineData("--cluster.seed-nodes=x:9", "--cluster.seed-nodes=a:1,b:2")]
    public void A_list_is_one_switch_with_commas_or_one_an_index(params string[] arguments) =>
        Bind("", [], arguments).Value.Cluster.SeedNodes.ShouldBe(["a:1", "b:2"]);

    [Fact]
    public void A_dictionary_is_one_variable_with_pairs() =>
        Bind("", [("AKKA_REGISTRY__NODE__LABELS", "zone=a, rack=b=c")], []).Value.Node.Labels.ShouldBe(
            new Dictionary<string, string> { ["zone"] = "a", ["rack"] = "b=c" }, ignoreOrder: true);

    [Fact]
    public void Errors_name_the_variable_or_the_switch()
    {
        var exception = Should.Throw<SettingsException>(() => Bind(
            "",
            [("AKKA_REGISTRY__NODE__PROT", "1"), ("AKKA_REGISTRY__NODE__PORT", "x")],
            ["--node.share=3", "--nod.name=x"]));

        exception.Errors.Select(error => $"{error.Key} {error.Place}").ShouldBe(
        [
            "akka.registry.nod.name switch --nod.name",
            "akka.registry.node.port environment variable AKKA_REGISTRY__NODE__PORT",
            "akka.registry.node.prot environment variable AKKA_REGISTRY__NODE__PROT",
            "akka.registry.node.share switch --node.share",
        ]);
    }

    [Fact]
    public void A_list_that_is_set_whole_and_by_index_in_one_source_is_an_error() =>
        Should.Throw<SettingsException>(() => Bind(
            "", [], ["--cluster.seed-nodes=a:1", "--cluster.seed-nodes.0=b:1"]))
            .Errors.ShouldHaveSingleItem().Problem.ShouldBe(
                "Is set as a whole and by index (switch --cluster.seed-nodes.0). Use one of the two.");

    [Theory]
    [InlineData("--node.name")]
    [InlineData("--node.name", "--node.port=1")]
    public void A_switch_without_a_value_is_an_error(params string[] arguments) =>
        Should.Throw<SettingsException>(() => Bind("", [], arguments)).Message.ShouldBe(
            "One setting is wrong:\n  akka.registry.node.name (switch --node.name): Has no value. "
            + "Write --node.name=value.");

    [Theory]
    [InlineData("--node.name=x", true)]
    [InlineData("--config=a.conf", false)]
    [InlineData("node.name=x", false)]
    [InlineData("--help", false)]
    public void A_switch_with_a_dot_in_its_name_is_a_setting(string argument, bool isSetting) =>
        RegistrySwitchesSource.IsSetting(argument).ShouldBe(isSetting);

    [Fact]
    public void The_name_of_a_variable_and_its_key_lead_to_each_other()
    {
        RegistryEnvironmentSource.KeyOf("AKKA_REGISTRY__CLUSTER__SEED_NODES__0")
            .ShouldBe("akka:registry:cluster:seed-nodes:0");
        RegistryEnvironmentSource.VariableOf("akka.registry.cluster.seed-nodes.0")
            .ShouldBe("AKKA_REGISTRY__CLUSTER__SEED_NODES__0");
        RegistryEnvironmentSource.KeyOf("AKKA_REGISTRY_PORT_4053_TCP").ShouldBeNull();
    }

    [Fact]
    public void The_report_lists_each_setting_with_its_source_and_hides_secrets()
    {
        var bound = Bind(
            "node { port = 80, cluster-secret = \"very secret\", labels { zone = a } }\n"
            + "cluster.rules = [{ token = t }]",
            [("AKKA_REGISTRY__CLUSTER__SEED_NODES", "a:1")],
            ["--node.frame-bytes-max=4096"]);

        var lines = SettingsReport.Lines(bound.Settings).ToList();

        lines.ShouldContain("akka.registry.node.port = 80  # test.conf:2:15");
        lines.ShouldContain("akka.registry.node.cluster-secret = <hidden>  # test.conf:2:36");
        lines.ShouldContain("akka.registry.node.labels = { \"zone\" = \"a\" }  # test.conf:2:67");
        lines.ShouldContain(
            "akka.registry.cluster.seed-nodes = [\"a:1\"]  # environment variable AKKA_REGISTRY__CLUSTER__SEED_NODES");
        lines.ShouldContain("akka.registry.node.frame-bytes-max = 4 KiB  # switch --node.frame-bytes-max");
        lines.ShouldContain("akka.registry.node.name = \"node\"  # default");
        lines.ShouldContain("akka.registry.node.url = null  # default");
        lines.ShouldNotContain(line => line.Contains("very secret") || line.Contains("\"t\""));
        SettingsReport.Lines(bound.Settings, withDefaults: false).Count().ShouldBe(6);
    }

    private static BoundOptions<SampleOptions> Bind(
        string text, IEnumerable<(string Name, string Value)> variables, string[] arguments) =>
        OptionsBinder.Bind<SampleOptions>(new ConfigurationBuilder()
            .AddHoconText($"akka.registry {{\n{text}\n}}", "test.conf")
            .Add(new RegistryEnvironmentSource
            {
                Variables = variables.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)),
            })
            .AddRegistrySwitches(arguments)
            .Build());
}
