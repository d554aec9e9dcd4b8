using System.Text.Json;
using Akka.Registry.Checks;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Consul.Bodies;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Consul;

/// <summary>Definitions of checks as agents take them, and what they become.</summary>
public sealed class CheckBodyTests
{
    private static CheckDefinition Read(string json) =>
        CheckBody.Read(new LooseObject(JsonDocument.Parse(json).RootElement, "check"), "service:web", "Service 'web' check");

    [Fact]
    public void A_ttl_check_begins_critical_and_is_called_after_its_service() =>
        Read("""{"TTL":"15s"}""").ShouldBe(new CheckDefinition.Ttl
        {
            Id = "service:web", Name = "Service 'web' check", TimeToLive = TimeSpan.FromSeconds(15), InitialStatus = InstanceStatus.Critical,
        });

    /// <summary>"DeregisterCriticalServiceAfter: minimum 1 m (smaller is raised)".</summary>
    [Theory]
    [InlineData("\"10s\"", 60)]
    [InlineData("\"90m\"", 5_400)]
    [InlineData("120000000000", 120)]
    [InlineData("\"0s\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    public void The_time_after_which_a_critical_service_goes_is_a_minute_at_least(string text, int? seconds) =>
        Read($$"""{"TTL":"1s","DeregisterCriticalServiceAfter":{{text}}}""").DeregisterAfter
            .ShouldBe(seconds is { } given ? TimeSpan.FromSeconds(given) : null);

    [Fact]
    public void An_http_check_has_what_its_client_said()
    {
        var check = (CheckDefinition.Http)Read(
            """
            {"CheckID":"h","Name":"n","Notes":"o","HTTP":"https://h:1/x","Method":"post","Header":{"A":["b","c"],"D":"e"},"Body":"f",
             "TLSSkipVerify":true,"Interval":"10s","Timeout":"2s","Status":"passing","SuccessBeforePassing":2,"FailuresBeforeCritical":3,
             "FailuresBeforeWarning":1}
            """);

        check.ShouldBe(new CheckDefinition.Http
        {
            Id = "h",
            Name = "n",
            Notes = "o",
            Url = "https://h:1/x",
            Method = "POST",
            Headers = [new("A", "b"), new("A", "c"), new("D", "e")],
            Body = "f",
            SkipTlsVerify = true,
            FollowRedirects = true,
            Interval = TimeSpan.FromSeconds(10),
            Timeout = TimeSpan.FromSeconds(2),
            InitialStatus = InstanceStatus.Passing,
            // Consul counts those before the one that counts.
            SuccessBeforePassing = 3,
            FailuresBeforeCritical = 4,
            FailuresBeforeWarning = 2,
        });
    }

    [Theory]
    [InlineData("10.0.0.1:80", "10.0.0.1", 80)]
    [InlineData("[::1]:80", "::1", 80)]
    [InlineData("db.example.org:5432", "db.example.org", 5432)]
    public void A_tcp_check_has_host_and_port(string target, string host, int port)
    {
        var check = (CheckDefinition.Tcp)Read($$"""{"TCP":"{{target}}","Interval":"500ms"}""");
        (check.Host, check.Port).ShouldBe((host, port));
        check.Interval.ShouldBe(TimeSpan.FromSeconds(1));
        check.Timeout.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_grpc_check_may_name_a_service()
    {
        var check = (CheckDefinition.Grpc)Read("""{"GRPC":"h:1/my.Service","GRPCUseTLS":true,"Interval":"5s"}""");
        (check.Host, check.Port, check.Service, check.Tls).ShouldBe(("h", 1, "my.Service", true));
    }

    [Fact]
    public void An_alias_names_a_service() => ((CheckDefinition.Alias)Read("""{"AliasService":"db"}""")).Service.ShouldBe("db");

    [Theory]
    [InlineData("""{"UDP":"h:1","Interval":"1s"}""", "UDP checks are not supported")]
    [InlineData("""{"AliasNode":"n"}""", "name AliasService")]
    [InlineData("""{"TCP":"h:99999","Interval":"1s"}""", "is no host:port")]
    [InlineData("""{"Script":"x","Interval":"1s"}""", "Scripts are disabled")]
    [InlineData("""{"Interval":"1s"}""", "a TTL check has TTL alone")]
    public void What_cannot_be_run_is_refused(string json, string text) =>
        Should.Throw<ConsulException>(() => Read(json)).Message.ShouldContain(text);

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"TTL":"","HTTP":""}""", true)]
    [InlineData("""{"TTL":"1s"}""", false)]
    [InlineData("""{"Name":"x"}""", false)]
    public void An_object_of_nothing_is_no_check(string json, bool expected) =>
        CheckBody.IsEmpty(new LooseObject(JsonDocument.Parse(json).RootElement, "check")).ShouldBe(expected);
}
