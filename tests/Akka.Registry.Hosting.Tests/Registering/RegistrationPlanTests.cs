using Akka.Registry.Hosting.Registering;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Registering;

public class RegistrationPlanTests
{
    private static readonly ApplicationFacts Web = new()
    {
        Addresses = ["http://[::]:5000", "https://[::]:5001"],
        LocalAddress = "10.0.0.7",
        Machine = "web-1",
        Suffix = "0badcafe",
    };

    private static readonly ApplicationFacts Worker = Web with { Addresses = null };

    [Fact]
    public void A_server_on_all_addresses_is_reached_at_the_machines_address_towards_the_registry()
    {
        var registration = Plan(new RegistrationOptions(), Web);
        (registration.Address, registration.Port, registration.Id).ShouldBe(("10.0.0.7", 5000, "orders-web-1-5000-0badcafe"));
        Pairs(registration.Metadata).ShouldBe("endpoint.http=5000 endpoint.https=5001 scheme=http");
    }

    [Fact]
    public void Without_a_route_a_server_on_all_addresses_is_on_loopback() =>
        Plan(new RegistrationOptions(), Web with { LocalAddress = null }).Address.ShouldBe("127.0.0.1");

    [Fact]
    public void A_scheme_that_is_asked_for_makes_its_first_endpoint_the_instances_own()
    {
        var registration = Plan(new RegistrationOptions { Scheme = "https" }, Web);
        registration.Port.ShouldBe(5001);
        Pairs(registration.Metadata).ShouldBe("endpoint.http=5000 endpoint.https=5001 scheme=https");
    }

    [Fact]
    public void A_server_on_one_address_is_reached_there_and_others_of_it_in_full()
    {
        var registration = Plan(
            new RegistrationOptions(), Web with { Addresses = ["http://10.0.0.5:80", "https://10.0.0.6:443", "http://10.0.0.5:81"] });
        (registration.Address, registration.Port).ShouldBe(("10.0.0.5", 80));
        Pairs(registration.Metadata).ShouldBe("endpoint.http=80 endpoint.https=https://10.0.0.6:443 scheme=http");
    }

    [Fact]
    public void An_address_that_is_given_stands_for_the_whole_server()
    {
        var registration = Plan(
            new RegistrationOptions { Address = "orders.example.org" }, Web with { Addresses = ["http://10.0.0.5:80", "https://10.0.0.6:443"] });
        registration.Address.ShouldBe("orders.example.org");
        Pairs(registration.Metadata).ShouldBe("endpoint.http=80 endpoint.https=443 scheme=http");
    }

    [Fact]
    public void A_port_that_is_given_stands_for_a_mapping_so_that_the_servers_ports_are_not_told()
    {
        var registration = Plan(new RegistrationOptions { Port = 31_000 }, Web);
        (registration.Address, registration.Port).ShouldBe(("10.0.0.7", 31_000));
        Pairs(registration.Metadata).ShouldBe("scheme=http");
    }

    [Fact]
    public void Named_endpoints_are_told_by_port_or_in_full_where_the_scheme_differs()
    {
        var facts = Web with
        {
            Addresses = ["http://[::]:5000", "http://[::]:9090", "https://[::]:9443", "http://127.0.0.1:7000"],
            NamedUrls = new Dictionary<string, string>
            {
                ["Admin"] = "http://*:9090",
                ["Secure"] = "https://*:9443",
                ["Local"] = "http://localhost:7000",
                ["Chosen"] = "http://*:0",
            },
        };
        var registration = Plan(new RegistrationOptions { Endpoints = new Dictionary<string, string> { ["metrics"] = "9100" } }, facts);
        Pairs(registration.Metadata).ShouldBe(
            "endpoint.admin=9090 endpoint.http=5000 endpoint.https=9443 endpoint.local=http://127.0.0.1:7000 endpoint.metrics=9100 "
            + "endpoint.secure=https://10.0.0.7:9443 scheme=http");
    }

    [Fact]
    public void What_the_application_says_stands_above_what_is_found()
    {
        var registration = Plan(
            new RegistrationOptions { Id = "mine", Metadata = new Dictionary<string, string> { ["scheme"] = "h2c", ["region"] = "eu" } }, Web);
        registration.Id.ShouldBe("mine");
        registration.Metadata["scheme"].ShouldBe("h2c");
        registration.Metadata["region"].ShouldBe("eu");
    }

    [Fact]
    public void An_application_without_a_server_is_registered_with_what_it_says()
    {
        var registration = Plan(new RegistrationOptions(), Worker);
        (registration.Address, registration.Port, registration.Metadata.Count).ShouldBe(("10.0.0.7", 0, 0));
        Plan(new RegistrationOptions { Port = 7 }, Worker).Port.ShouldBe(7);
    }

    [Fact]
    public void A_server_without_a_port_is_not_registered()
    {
        var plan = RegistrationPlan.Of("orders", new RegistrationOptions(), Web with { Addresses = ["http://unix:/run/app.sock"] }, hasHealth: false);
        plan.Registration.ShouldBeNull();
        plan.Notices.Single().ShouldContain("no port");
        RegistrationPlan.Of("orders", new RegistrationOptions { Scheme = "https" }, Web with { Addresses = ["http://*:80"] }, hasHealth: false)
            .Notices.Single().ShouldContain("no https port");
    }

    [Fact]
    public void A_server_on_loopback_that_the_registry_is_not_on_is_worth_a_notice()
    {
        var facts = Web with { Addresses = ["http://localhost:5000"] };
        RegistrationPlan.Of("orders", new RegistrationOptions(), facts, hasHealth: false).Notices.Single().ShouldContain("loopback");
        RegistrationPlan.Of("orders", new RegistrationOptions(), facts with { LocalAddress = "127.0.0.1" }, hasHealth: false).Notices.ShouldBeEmpty();
        RegistrationPlan.Of("orders", new RegistrationOptions { Address = "localhost" }, facts, hasHealth: false).Notices.ShouldBeEmpty();
    }

    [Fact]
    public void It_starts_until_its_health_is_known_where_something_tells_it()
    {
        Plan(new RegistrationOptions(), Web, hasHealth: true).Status.ShouldBe(InstanceStatus.Starting);
        Plan(new RegistrationOptions { StartingUntilHealthKnown = false }, Web, hasHealth: true).Status.ShouldBe(InstanceStatus.Passing);
        Plan(new RegistrationOptions(), Web).Status.ShouldBe(InstanceStatus.Passing);
    }

    [Fact]
    public void Methods_are_told_whole_or_not_at_all()
    {
        var options = new RegistrationOptions { Methods = ["Orders.Place"] };
        options.OffersMessages(typeof(RegistrationPlanTests));
        var found = Web with { Methods = ["Orders.Cancel", "Orders.Place"] };
        Plan(options, found).Methods.ShouldBe(["Akka.Registry.Hosting.Tests.Registering.RegistrationPlanTests", "Orders.Cancel", "Orders.Place"]);

        foreach (var many in new[] { Enumerable.Range(0, 257).Select(i => $"m{i}"), Enumerable.Range(0, 50).Select(i => new string('m', 100) + i) })
        {
            var plan = RegistrationPlan.Of("orders", new RegistrationOptions(), Web with { Methods = [.. many] }, hasHealth: false);
            plan.Registration!.Methods.ShouldBeEmpty();
            plan.Notices.Single().ShouldContain("none is told");
        }
    }

    [Fact]
    public void An_id_is_never_longer_than_may_be_and_keeps_what_makes_it_one_of_its_own()
    {
        var registration = Plan(new RegistrationOptions(), Web with { Machine = new string('m', 300) });
        registration.Id.Length.ShouldBe(256);
        registration.Id.ShouldEndWith("m-5000-0badcafe");
    }

    private static Client.Registrar.ServiceRegistration Plan(RegistrationOptions options, ApplicationFacts facts, bool hasHealth = false) =>
        RegistrationPlan.Of("orders", options, facts, hasHealth).Registration.ShouldNotBeNull();

    private static string Pairs(IReadOnlyDictionary<string, string> metadata) =>
        string.Join(' ', metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
}
