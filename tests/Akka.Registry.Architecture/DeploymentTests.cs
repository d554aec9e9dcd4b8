using System.Diagnostics;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Akka.Registry.Architecture;

/// <summary>The files under <c>deploy/</c>: that they are what their readers take, fit each other, and set what there is to set.</summary>
public partial class DeploymentTests
{
    private const string Kubernetes = "deploy/kubernetes/akka-registry.yaml";
    private const string Compose = "deploy/container/compose.yaml";
    private const string KubernetesTls = "deploy/kubernetes/tls.yaml";
    private const string Container = "deploy/container/Containerfile";
    private const string Unit = "deploy/systemd/akka-registry.service";

    [Theory]
    [InlineData(Kubernetes)]
    [InlineData(KubernetesTls)]
    [InlineData(Compose)]
    [InlineData(Container)]
    public void Every_setting_in_a_variable_is_one_that_a_node_has(string file)
    {
        var keys = SettingKeys();
        var used = VariableRegex().Matches(SourceTree.Read(file)).Select(match => match.Groups["key"].Value).Distinct()
            .Select(variable => variable.Replace("__", ".", StringComparison.Ordinal).Replace('_', '-').ToLowerInvariant()).ToList();
        used.ShouldNotBeEmpty();
        used.Except(keys).ShouldBeEmpty();
    }

    [Fact]
    public void Kubernetes_objects_find_each_other_by_label_and_port()
    {
        var objects = Documents(Kubernetes);
        objects.Select(each => Text(each, "kind")).ShouldBe(
            ["Namespace", "Service", "Service", "StatefulSet", "PodDisruptionBudget", "NetworkPolicy"]);
        objects.Skip(1).ShouldAllBe(each => Text(each, "metadata.namespace") == "registry");
        var set = Kind(objects, "StatefulSet");
        var label = Text(set, "spec.template.metadata.labels.[app.kubernetes.io/name]");
        Text(set, "spec.selector.matchLabels.[app.kubernetes.io/name]").ShouldBe(label);
        Text(Kind(objects, "PodDisruptionBudget"), "spec.selector.matchLabels.[app.kubernetes.io/name]").ShouldBe(label);
        Text(Kind(objects, "NetworkPolicy"), "spec.podSelector.matchLabels.[app.kubernetes.io/name]").ShouldBe(label);

        var ports = Items(Node(Items(set, "spec.template.spec.containers")[0], "ports")).Select(port => Text(port, "name")).ToList();
        foreach (var service in objects.Where(each => Text(each, "kind") == "Service"))
        {
            Text(service, "spec.selector.[app.kubernetes.io/name]").ShouldBe(label);
            Items(service, "spec.ports").Select(port => Text(port, "targetPort")).Except(ports).ShouldBeEmpty();
        }

        var headless = objects.Single(each => Text(each, "metadata.name") == Text(set, "spec.serviceName"));
        Text(headless, "spec.clusterIP").ShouldBe("None");
        Text(headless, "spec.publishNotReadyAddresses")
            .ShouldBe("true", "a pod is looked for before it is ready: it gets ready by finding the others");
    }

    [Fact]
    public void Kubernetes_seeds_are_what_the_headless_service_says_and_more_than_half_of_the_pods_form_a_cluster()
    {
        var objects = Documents(Kubernetes);
        var set = Kind(objects, "StatefulSet");
        var variables = Items(Items(set, "spec.template.spec.containers")[0], "env").ToDictionary(each => Text(each, "name"), each => each);
        var domain = $"{Text(set, "spec.serviceName")}.{Text(set, "metadata.namespace")}.svc.cluster.local";
        Text(variables["AKKA_REGISTRY__TRANSPORT__ADVERTISED_HOST"], "value").ShouldBe($"$(POD_NAME).{domain}", "as the targets of SRV records are");
        var port = Items(objects.Single(each => Text(each, "metadata.name") == Text(set, "spec.serviceName")), "spec.ports").Single();
        Text(port, "port").ShouldBe("4053");
        Text(variables["AKKA_REGISTRY__CLUSTER__SEED_DNS__NAMES"], "value").ShouldBe($"_{Text(port, "name")}._tcp.{domain}");
        var expected = int.Parse(Text(variables["AKKA_REGISTRY__CLUSTER__SEED_DNS__BOOTSTRAP_EXPECT"], "value"));
        var pods = int.Parse(Text(set, "spec.replicas"));
        expected.ShouldBeInRange((pods / 2) + 1, pods);
        Text(set, "spec.podManagementPolicy").ShouldBe("Parallel", "the second pod is not to wait until the first is ready, which waits for it");
    }

    [Fact]
    public void A_pod_may_do_little_is_asked_whether_it_lives_and_serves_and_has_time_to_leave()
    {
        var pod = Node(Kind(Documents(Kubernetes), "StatefulSet"), "spec.template.spec");
        var container = Items(pod, "containers")[0];
        Text(pod, "securityContext.runAsNonRoot").ShouldBe("true");
        Text(container, "securityContext.readOnlyRootFilesystem").ShouldBe("true");
        Text(container, "securityContext.allowPrivilegeEscalation").ShouldBe("false");
        Items(container, "securityContext.capabilities.drop").Single().ToString().ShouldBe("ALL");
        Text(container, "livenessProbe.httpGet.path").ShouldBe("/healthz");
        Text(container, "readinessProbe.httpGet.path").ShouldBe("/readyz");
        var pause = int.Parse(Text(container, "lifecycle.preStop.sleep.seconds"));
        int.Parse(Text(pod, "terminationGracePeriodSeconds")).ShouldBeGreaterThanOrEqualTo(pause + 30, "what a host gives a node to leave");
        Text(container, "image").ShouldNotEndWith(":latest");
        Text(container, "image").ShouldContain(':');
    }

    [Fact]
    public void Compose_runs_three_nodes_that_find_each_other_by_one_name_and_mounts_what_there_is()
    {
        var compose = Documents(Compose).Single();
        var services = (YamlMappingNode)Node(compose, "services");
        var nodes = services.Children.Where(each => Name(each.Key).StartsWith("node-", StringComparison.Ordinal)).ToList();
        nodes.Select(each => Name(each.Key)).ShouldBe(["node-1", "node-2", "node-3"]);
        var alias = Name(Items(compose, "x-node.networks.default.aliases").Single());
        Text(compose, "x-environment.AKKA_REGISTRY__CLUSTER__SEED_DNS__NAMES").ShouldBe($"{alias}:4053");
        int.Parse(Text(compose, "x-environment.AKKA_REGISTRY__CLUSTER__SEED_DNS__BOOTSTRAP_EXPECT")).ShouldBeInRange(2, nodes.Count);
        foreach (var (key, node) in nodes)
        {
            Text(node, "environment.AKKA_REGISTRY__NODE__NAME").ShouldBe(Name(key));
            Text(node, "environment.AKKA_REGISTRY__TRANSPORT__ADVERTISED_HOST").ShouldBe(Name(key));
        }

        Text(compose, "x-node.read_only").ShouldBe("true");
        File.Exists(Path.Combine(SourceTree.Root, Text(compose, "x-node.build.dockerfile"))).ShouldBeTrue();
        foreach (var (_, service) in services)
        {
            foreach (var port in Optional(service, "ports"))
                Name(port).ShouldStartWith("127.0.0.1:");
            foreach (var volume in Optional(service, "volumes").Select(Name).Where(volume => volume.StartsWith('.')))
                File.Exists(Path.Combine(SourceTree.Root, "deploy/container", volume.Split(':')[0])).ShouldBeTrue(volume);
        }
    }

    [Fact]
    public void The_image_is_built_from_what_there_is_and_runs_as_nobody()
    {
        var lines = SourceTree.Lines(Container).Where(line => !line.StartsWith('#')).ToList();
        lines.Count(line => line.StartsWith("FROM ", StringComparison.Ordinal)).ShouldBe(2, "what builds is not what runs");
        lines.Single(line => line.StartsWith("USER ", StringComparison.Ordinal)).ShouldBe("USER $APP_UID");
        lines.ShouldContain(line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal));
        var copies = lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal));
        foreach (var line in copies.Where(line => !line.Contains("--from", StringComparison.Ordinal)))
        {
            foreach (var source in line.Split(' ')[1..^1])
                Path.Exists(Path.Combine(SourceTree.Root, source)).ShouldBeTrue(source);
        }

        foreach (var project in lines.Where(line => line.Contains("dotnet publish", StringComparison.Ordinal)).Select(line => line.Split(' ')[3]))
            SourceTree.Files("*.csproj", project).ShouldHaveSingleItem(project);
    }

    [Fact]
    public void The_unit_tells_systemd_when_the_node_is_there_and_lets_it_do_little()
    {
        var unit = SourceTree.Lines(Unit);
        foreach (var line in (string[])[
            "Type=notify", "DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=",
            "RestartPreventExitStatus=2"])
            unit.ShouldContain(line);
        // The host gives a node 30 s to leave: systemd must not be quicker.
        int.Parse(unit.Single(line => line.StartsWith("TimeoutStopSec=", StringComparison.Ordinal)).Split('=')[1]).ShouldBeGreaterThan(30);
    }

    [SystemdFact]
    public void Systemd_takes_the_unit_and_finds_little_exposed()
    {
        var folder = Directory.CreateTempSubdirectory("akreg-unit-");
        try
        {
            // The program is not installed here: another one stands for it.
            var copy = Path.Combine(folder.FullName, "akka-registry.service");
            File.WriteAllText(copy, ExecRegex().Replace(SourceTree.Read(Unit), "ExecStart=/bin/true${arguments}"));
            var (code, output) = Run("systemd-analyze", "verify", copy);
            code.ShouldBe(0, output);
            output.Trim().ShouldBeEmpty();
            (code, output) = Run("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", copy);
            code.ShouldBe(0, output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Scripts_are_bash()
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (var script in SourceTree.Files("*.sh", "deploy"))
        {
            var (code, output) = Run("bash", "-n", Path.Combine(SourceTree.Root, script));
            code.ShouldBe(0, output);
        }
    }

    /// <summary>Keys of the reference, without the prefix of all.</summary>
    private static HashSet<string> SettingKeys()
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var path = new Stack<string>();
        foreach (var line in SourceTree.Lines("hocon/reference.conf").Select(line => line.Trim()).Where(line => !line.StartsWith('#')))
        {
            if (line.EndsWith('{'))
                path.Push(line[..^1].Trim());
            else if (line == "}")
                path.Pop();
            else if (line.Contains('=', StringComparison.Ordinal))
                keys.Add(string.Join('.', path.Reverse().Skip(1).Append(line.Split('=')[0].Trim())));
        }

        keys.ShouldContain("cluster.seed-nodes");
        return keys;
    }

    private static List<YamlNode> Documents(string file)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(SourceTree.Read(file));
        stream.Load(reader);
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    private static YamlNode Kind(List<YamlNode> objects, string kind) => objects.Single(each => Text(each, "kind") == kind);

    /// <summary>What a path leads to; a segment with dots stands in brackets. Anchors that are merged in are not followed.</summary>
    private static YamlNode Node(YamlNode node, string path)
    {
        foreach (Match segment in SegmentRegex().Matches(path))
        {
            var key = segment.Value.Trim('[', ']');
            node = ((YamlMappingNode)node).Children.TryGetValue(new YamlScalarNode(key), out var next)
                ? next
                : throw new KeyNotFoundException($"{path}: there is no {key}.");
        }

        return node;
    }

    private static string Text(YamlNode node, string path) => Name(Node(node, path));

    private static string Name(YamlNode node) => ((YamlScalarNode)node).Value ?? "";

    private static IList<YamlNode> Items(YamlNode node, string path = "") => ((YamlSequenceNode)Node(node, path)).Children;

    private static IList<YamlNode> Optional(YamlNode node, string key) =>
        ((YamlMappingNode)node).Children.TryGetValue(new YamlScalarNode(key), out var list) ? ((YamlSequenceNode)list).Children : [];

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    [GeneratedRegex("AKKA_REGISTRY__(?<key>[A-Z0-9_]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VariableRegex();

    [GeneratedRegex(@"\[[^\]]+\]|[^.\[\]]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SegmentRegex();

    [GeneratedRegex(@"ExecStart=\S+(?<arguments> .*)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExecRegex();
}

/// <summary>A test that needs systemd's own checker; where it is missing it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SystemdFactAttribute : FactAttribute
{
    private const string Reason = "systemd-analyze is not here (package systemd).";

    public SystemdFactAttribute()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
            Skip = Reason;
    }
}
