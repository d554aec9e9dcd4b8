using Akka.Registry.Hosting.Hocon;
using Akka.Registry.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using Shouldly;
using System.Net;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Settings;

public sealed class OptionsBinderTests
{
    [Fact]
    public void Without_settings_all_is_default()
    {
        var defaults = new SampleOptions();

        var bound = OptionsBinder.Bind(Configuration(""), defaults: defaults);

        bound.Value.ShouldBe(defaults);
        bound.Settings.ShouldAllBe(setting => setting.IsDefault);
    }

    [Fact]
    public void Every_type_is_bound()
    {
        var options = Bind("""
            node {
              name = other, enabled = off, mode = full-sync, port = 80, generation = 6000000000, share = 0.5
              frame-bytes-max = 1MB, store-bytes-max = 0.5 GiB, url = "https://example.org/x", bind = "[::1]:80"
              labels { zone = a, "rack.row" = 7, x.y = z }, limit = 3, cluster-secret = "long enough"
            }
            cluster {
              seed-nodes = ["a:1", "b:2"], probe-interval = 2 minutes, probe-timeout = 1500ms
              rules = [{ prefix = web, modes = [none, full-sync] }, { token = t }]
              peers { east { prefix = e } }
            }
            tls.certificate-file = /etc/x.pem
            """).Value;

        options.Node.ShouldBe(options.Node with
        {
            Name = "other", Enabled = false, Mode = SampleMode.FullSync, Port = 80, Generation = 6_000_000_000,
            Share = 0.5, FrameBytesMax = 1_000_000, StoreBytesMax = 1 << 29, Url = new Uri("https://example.org/x"),
            Bind = new IPEndPoint(IPAddress.IPv6Loopback, 80), Limit = 3, ClusterSecret = "long enough",
        });
        options.Node.Labels.ShouldBe(
            new Dictionary<string, string> { ["zone"] = "a", ["rack.row"] = "7", ["x.y"] = "z" }, ignoreOrder: true);
        options.Cluster.SeedNodes.ShouldBe(["a:1", "b:2"]);
        options.Cluster.ProbeInterval.ShouldBe(TimeSpan.FromMinutes(2));
        options.Cluster.ProbeTimeout.ShouldBe(TimeSpan.FromMilliseconds(1500));
        options.Cluster.Rules.Select(rule => (rule.Prefix, rule.Token)).ShouldBe([("web", ""), ("", "t")]);
        options.Cluster.Rules[0].Modes.ShouldBe([SampleMode.None, SampleMode.FullSync]);
        options.Cluster.Peers["east"].Prefix.ShouldBe("e");
        options.Tls!.CertificateFile.ShouldBe("/etc/x.pem");
    }

    [Fact]
    public void A_shared_default_is_not_changed()
    {
        Bind("cluster.probe-interval = 9s").Value.Cluster.ProbeInterval.ShouldBe(TimeSpan.FromSeconds(9));

        SampleClusterOptions.Lan.ProbeInterval.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Defaults_can_be_given() =>
        OptionsBinder
            .Bind(Configuration("node.port = 1"), defaults: new SampleOptions { Node = new() { Name = "given" } })
            .Value.Node.Address.ShouldBe("given:1");

    [Fact]
    public void Null_means_the_default_also_above_a_source_that_sets_the_key()
    {
        var configuration = new ConfigurationBuilder()
            .AddHoconText("akka.registry { node.port = 80, cluster.seed-nodes = [\"a:1\"] }")
            .AddHoconText("akka.registry { node.port = null, cluster.seed-nodes = null }")
            .Build();

        var options = OptionsBinder.Bind<SampleOptions>(configuration).Value;

        options.Node.Port.ShouldBe(4053);
        options.Cluster.SeedNodes.ShouldBe(["127.0.0.1:4053"]);
    }

    [Fact]
    public void All_errors_are_reported_at_once_each_with_its_place()
    {
        var exception = Should.Throw<SettingsException>(() => Bind("""
            node {
              name = "Bad Name"
              enabled = maybe
              mode = sometimes
              port = 0
              prot = 80
              share = 2
              frame-bytes-max = 1 byte
              url = nowhere
              bind = localhost
              limit = eleven
              cluster-secret = short
            }
            cluster {
              seed-nodes = ["a"]
              probe-interval = 10
              rules = [{ modes = [other] }]
            }
            certificate-file = x
            tls = 1
            """));

        exception.Errors.Select(error => error.ToString()).ShouldBe(
        [
            "akka.registry.certificate-file (test.conf:20:20): There is no such setting. The nearest is "
            + "akka.registry.tls.certificate-file.",
            "akka.registry.cluster.probe-interval (test.conf:17:20): \"10\" is not a duration: a number with a "
            + "unit, such as 500ms, 30s, 2m, 1h or 1d. Allowed: 1ms to 1h. Default: 1s.",
            "akka.registry.cluster.rules.0.modes.0 (test.conf:18:23): \"other\" is not one of none, full-sync.",
            "akka.registry.cluster.seed-nodes (test.conf:16:17): [\"a\"] is outside what is allowed: host:port. "
            + "Default: [\"127.0.0.1:4053\"].",
            "akka.registry.node.bind (test.conf:11:10): \"localhost\" is not an address and a port such as "
            + "127.0.0.1:4053 or [::1]:4053. Default: \"127.0.0.1:4053\".",
            "akka.registry.node.cluster-secret (test.conf:13:20): The value is outside what is allowed: at least "
            + "8 characters.",
            "akka.registry.node.enabled (test.conf:4:13): \"maybe\" is not true or false. Default: true.",
            "akka.registry.node.frame-bytes-max (test.conf:9:21): 1 is outside what is allowed: 1 KiB to 16 MiB. "
            + "Default: 256 KiB.",
            "akka.registry.node.limit (test.conf:12:11): \"eleven\" is not a whole number. Allowed: 1 to 10.",
            "akka.registry.node.mode (test.conf:5:10): \"sometimes\" is not one of none, full-sync. Default: none.",
            "akka.registry.node.name (test.conf:3:10): \"Bad Name\" is outside what is allowed: lower-case "
            + "letters, digits and hyphens. Default: \"node\".",
            "akka.registry.node.port (test.conf:6:10): 0 is outside what is allowed: 1 to 65535. Default: 4053.",
            "akka.registry.node.prot (test.conf:7:10): There is no such setting. The nearest is "
            + "akka.registry.node.port.",
            "akka.registry.node.share (test.conf:8:11): 2 is outside what is allowed: 0 to 1. Default: 0.15.",
            "akka.registry.node.url (test.conf:10:9): \"nowhere\" is not an absolute URI such as https://host:8500/.",
            "akka.registry.tls (test.conf:21:7): Is a section, not a single value. Write its keys in braces.",
        ]);
        exception.Message.ShouldStartWith("16 settings are wrong:\n  akka.registry.certificate-file");
    }

    [Fact]
    public void A_relation_is_checked_once_the_values_are_sound()
    {
        var exception = Should.Throw<SettingsException>(() => Bind("cluster {\n probe-timeout = 5s }"));

        exception.Errors.ShouldHaveSingleItem().ToString().ShouldBe(
            "akka.registry.cluster.probe-timeout (test.conf:3:18): Has to be shorter than probe-interval.");
    }

    [Theory]
    [InlineData("node.port.x = 1", "Is below a setting that is a single value. Remove the last part of the key.")]
    [InlineData("cluster.seed-nodes.first = a", "Is below a setting that is a list. Write it in square brackets.")]
    [InlineData("quite-something-else = 1", "There is no such setting. All of them are in reference.conf.")]
    [InlineData("node.time = x", "There is no such setting. The nearest is akka.registry.node.name.")]
    [InlineData(
        "cluster.rules = [{ prefx = 1 }]",
        "There is no such setting. The nearest is akka.registry.cluster.rules.0.prefix.")]
    public void A_key_that_nothing_receives_is_an_error(string text, string problem) =>
        Should.Throw<SettingsException>(() => Bind(text)).Errors.ShouldHaveSingleItem().Problem.ShouldBe(problem);

    [Fact]
    public void A_list_comes_whole_from_the_topmost_source()
    {
        var configuration = new ConfigurationBuilder()
            .AddHoconText("akka.registry.cluster.seed-nodes = [\"a:1\", \"b:2\", \"c:3\"]")
            .Add(new RegistryEnvironmentSource
            {
                Variables = [KeyValuePair.Create("AKKA_REGISTRY__CLUSTER__SEED_NODES__0", "x:1")],
            })
            .Build();

        OptionsBinder.Bind<SampleOptions>(configuration).Value.Cluster.SeedNodes.ShouldBe(["x:1"]);
    }

    [Fact]
    public void An_empty_list_overrides_one_with_elements()
    {
        var configuration = new ConfigurationBuilder()
            .AddHoconText("akka.registry.cluster.seed-nodes = [\"a:1\"]")
            .AddHoconText("akka.registry.cluster.seed-nodes = []")
            .Build();

        OptionsBinder.Bind<SampleOptions>(configuration).Value.Cluster.SeedNodes.ShouldBeEmpty();
    }

    [Fact]
    public void A_dictionary_is_put_together_key_by_key()
    {
        var configuration = new ConfigurationBuilder()
            .AddHoconText("akka.registry.node.labels { zone = a, rack = 1 }")
            .AddHoconText("akka.registry.node.labels { zone = b }")
            .Build();

        OptionsBinder.Bind<SampleOptions>(configuration).Value.Node.Labels.ShouldBe(
            new Dictionary<string, string> { ["zone"] = "b", ["rack"] = "1" }, ignoreOrder: true);
    }

    [Fact]
    public void Records_of_several_rooms_are_bound_and_judged_together()
    {
        var sound = new OptionsBinder(Configuration("node.port = 1, http.prefix = web"))
            .Add<SampleOptions>().Add<SampleRuleOptions>("http").Bind();

        sound.Get<SampleOptions>().Node.Port.ShouldBe(1);
        sound.Get<SampleRuleOptions>().Prefix.ShouldBe("web");
        sound.Settings.Single(setting => setting.Key == "akka.registry.http.prefix").Value.ShouldBe("\"web\"");

        var broken = new OptionsBinder(Configuration("node.port = 0, http.prefx = web, htp.prefix = x"))
            .Add<SampleOptions>().Add<SampleRuleOptions>("http");

        Should.Throw<SettingsException>(broken.Bind).Errors.Select(error => $"{error.Key}: {error.Problem}").ShouldBe(
        [
            "akka.registry.htp.prefix: There is no such setting. The nearest is akka.registry.http.prefix.",
            "akka.registry.http.prefx: There is no such setting. The nearest is akka.registry.http.prefix.",
            "akka.registry.node.port: 0 is outside what is allowed: 1 to 65535. Default: 4053.",
        ]);
    }

    [Fact]
    public void A_setting_outside_the_section_is_an_error_and_anything_else_there_is_not()
    {
        var configuration = new ConfigurationBuilder()
            .AddHoconText("node { name = a, other = 1 }\ncluster = mine\nLogging.LogLevel.Default = Debug", "test.conf")
            .Build();

        Should.Throw<SettingsException>(() => OptionsBinder.Bind<SampleOptions>(configuration)).Message.ShouldBe(
            "One setting is wrong:\n  node.name (test.conf:1:15): Nothing reads it there. "
            + "Write it as akka.registry.node.name.");
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("tls = null", false)]
    [InlineData("tls {}", true)]
    [InlineData("tls.certificate-file = x", true)]
    public void An_optional_section_is_there_once_it_is_mentioned(string text, bool isThere) =>
        (Bind(text).Value.Tls is not null).ShouldBe(isThere);

    [Fact]
    public void Other_providers_are_named_as_they_name_themselves()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("akka:registry:node:port", (string?)"x")])
            .Build();
        var chained = new ConfigurationBuilder().AddConfiguration(configuration).Build();

        Should.Throw<SettingsException>(() => OptionsBinder.Bind<SampleOptions>(chained))
            .Errors.ShouldHaveSingleItem().Place.ShouldBe("MemoryConfigurationProvider");
    }

    [Fact]
    public void A_type_that_settings_cannot_express_is_a_defect_of_the_program() =>
        Should.Throw<InvalidOperationException>(() => OptionsBinder.Bind<Unbindable>(Configuration("")))
            .Message.ShouldStartWith("Unbindable.Clock is a TimeProvider, which settings cannot express");

    private static BoundOptions<SampleOptions> Bind(string text) =>
        OptionsBinder.Bind<SampleOptions>(Configuration(text));

    private static IConfigurationRoot Configuration(string text) =>
        new ConfigurationBuilder().AddHoconText($"akka.registry {{\n{text}\n}}", "test.conf").Build();

    private sealed record Unbindable
    {
        public TimeProvider Clock { get; init; } = TimeProvider.System;
    }
}
