using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Net;
using Akka.Registry.Client.Http;
using Akka.Registry.Client.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using static Akka.Registry.Client.Tests.Http.FakeServers;
using static Akka.Registry.Client.Tests.Routing.FakeDirectory;

namespace Akka.Registry.Client.Tests.Http;

public class RegistryRoutingTests
{
    [Fact]
    public async Task A_request_that_names_a_service_goes_to_its_instances_in_turn()
    {
        using var rig = new ClientRig();
        rig.Directory.Show(ClientRig.Instances(3));
        HttpRequestMessage? sent = null;
        rig.Servers.Answer = request =>
        {
            sent = request;
            return new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request };
        };
        for (var i = 0; i < 6; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://orders/list?page=2") { Headers = { { "X-Tenant", ["a", "b"] } } };
            using var response = await rig.Client.SendAsync(request);
            response.RequestMessage.ShouldBeSameAs(request);
            request.RequestUri!.Host.ShouldBe("orders");
            sent!.Headers.GetValues("X-Tenant").ShouldBe(["a", "b"]);
            (sent.Version, sent.Headers.Host).ShouldBe((request.Version, null));
        }

        rig.Servers.Seen.CountBy(seen => seen).OrderBy(pair => pair.Key).ShouldBe(
        [
            new("GET http://10.0.0.1:8001/list?page=2", 2), new("GET http://10.0.0.2:8002/list?page=2", 2),
            new("GET http://10.0.0.3:8003/list?page=2", 2),
        ]);
    }

    [Fact]
    public async Task Other_hosts_pass_through_untouched()
    {
        using var rig = new ClientRig();
        HttpRequestMessage? sent = null;
        rig.Servers.Answer = request =>
        {
            sent = request;
            return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://orders.example.com/");
        (await rig.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        sent.ShouldBeSameAs(request);
        rig.Directory.Followed.ShouldBeEmpty();
        Should.Throw<NotSupportedException>(() => rig.Client.Send(new HttpRequestMessage(HttpMethod.Get, "http://orders/")))
            .Message.ShouldContain("SendAsync");
    }

    [Fact]
    public async Task Schemes_and_named_endpoints_are_those_of_service_discovery()
    {
        using var rig = new ClientRig();
        HttpRequestMessage? sent = null;
        rig.Servers.Answer = request => (sent = request, new HttpResponseMessage()).Item2;
        rig.Directory.Show(
            Instance("a"),
            Instance("b", port: 81, metadata: new() { ["endpoint.https"] = "8443", ["endpoint.admin"] = "9090", ["host"] = "orders.internal" }));
        for (var i = 0; i < 4; i++)
        {
            await rig.Client.GetAsync(new Uri("http://_admin.orders/x"));
            sent!.RequestUri!.AbsoluteUri.ShouldBe("http://10.0.0.1:9090/x");
            sent.Headers.Host.ShouldBe("orders.internal");
            await rig.Client.GetAsync(new Uri("https://orders/"));
            sent.RequestUri!.AbsoluteUri.ShouldBe("https://10.0.0.1:8443/");
        }

        rig.Servers.Seen.Clear();
        await rig.Client.GetAsync(new Uri("https+http://orders/"));
        await rig.Client.GetAsync(new Uri("https+http://orders/"));
        rig.Servers.Seen.Order().ShouldBe(["GET http://10.0.0.1/", "GET https://10.0.0.1:8443/"]);
        (await Should.ThrowAsync<HttpRequestException>(rig.Client.GetAsync(new Uri("http://_debug.orders/")))).Message.ShouldBe(
            "Service 'orders' has 2 instances that may be called, but none with an endpoint 'debug' for http; instances name them by metadata "
            + "'scheme' and 'endpoint.<name>'.");
    }

    [Fact]
    public async Task The_only_instance_with_an_endpoint_is_tried_again_when_it_fails()
    {
        using var rig = new ClientRig();
        rig.Directory.Show(Instance("a"), Instance("b"), Instance("c", metadata: new() { ["endpoint.admin"] = "9090" }));
        rig.Servers.Answer = _ => rig.Servers.Seen.Count < 3 ? throw Refused() : new HttpResponseMessage(HttpStatusCode.Accepted);
        (await rig.Client.GetAsync(new Uri("http://_admin.orders/"))).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        rig.Servers.Seen.ShouldBe(Enumerable.Repeat("GET http://10.0.0.1:9090/", 3));
    }

    [Fact]
    public async Task A_call_waits_for_the_first_view_and_no_longer_than_it_may()
    {
        using var rig = new ClientRig();
        var answer = rig.Client.GetAsync(new Uri("http://orders/"));
        answer.IsCompleted.ShouldBeFalse();
        rig.Directory.Followed.ShouldBe(["orders"]);
        rig.Directory.Show(ClientRig.Instances(1));
        (await answer.WaitAsync(Patience)).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var other = new ClientRig();
        var late = other.Client.GetAsync(new Uri("http://orders/"));
        other.Time.Advance(TimeSpan.FromSeconds(5));
        var failure = await Should.ThrowAsync<HttpRequestException>(late.WaitAsync(Patience));
        failure.HttpRequestError.ShouldBe(HttpRequestError.NameResolutionError);
        failure.InnerException.ShouldBeOfType<NoInstanceException>();
        failure.Message.ShouldBe("Nothing is known of service 'orders' yet: no node of the registry has told of it.");
    }

    [Fact]
    public async Task Nobody_to_call_is_said_by_service_and_status_and_not_retried()
    {
        using var rig = new ClientRig();
        rig.Directory.Show(Instance("a", InstanceStatus.Critical), Instance("b", InstanceStatus.Draining));
        var failure = await Should.ThrowAsync<HttpRequestException>(rig.Client.GetAsync(new Uri("http://orders/")));
        failure.Message.ShouldBe("Service 'orders' has no instance that may be called: 2 are known, 1 critical, 1 draining.");
        failure.InnerException.ShouldBeOfType<NoInstanceException>().Service.ShouldBe("orders");
        rig.Directory.Refusal = new RegistryRefusedException(RegistryRefusal.LimitReached, "too many");
        (await Should.ThrowAsync<HttpRequestException>(rig.Client.GetAsync(new Uri("http://carts/")))).Message.ShouldBe("too many");
    }

    [Fact]
    public async Task A_key_of_the_request_or_of_the_options_decides_where_hashing_sends_it()
    {
        using var rig = new ClientRig(options => options with
        {
            Logic = "consistent-hashing",
            HashKey = request => request.Headers.TryGetValues("X-User", out var users) ? users.First() : null,
        });
        rig.Directory.Show(ClientRig.Instances(5));
        for (var i = 0; i < 4; i++)
        {
            using var byHeader = new HttpRequestMessage(HttpMethod.Get, "http://orders/") { Headers = { { "X-User", "ann" } } };
            await rig.Client.SendAsync(byHeader);
            using var byOption = new HttpRequestMessage(HttpMethod.Get, "http://orders/");
            byOption.Options.Set(RegistryRequestOptions.HashKey, "ann");
            await rig.Client.SendAsync(byOption);
        }

        rig.Servers.Seen.Distinct().Count().ShouldBe(1);
        await Should.ThrowAsync<ArgumentException>(rig.Client.GetAsync(new Uri("http://orders/")));
    }

    [Fact]
    public async Task A_request_by_method_reaches_only_who_offers_it()
    {
        using var rig = new ClientRig();
        rig.Directory.Show(Instance("a", port: 81), Instance("b", port: 82, methods: ["Place"]));
        for (var i = 0; i < 4; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "http://orders/");
            request.Options.Set(RegistryRequestOptions.Method, "Place");
            await rig.Client.SendAsync(request);
        }

        rig.Servers.Seen.Distinct().ShouldBe(["POST http://10.0.0.1:82/"]);
    }

    [Fact]
    public async Task Activities_say_which_instance_and_which_attempt()
    {
        var ended = new List<Activity>();
        using var rig = new ClientRig();
        using var parent = new Activity("test").Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Akka.Registry.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == parent.TraceId ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        rig.Directory.Show(ClientRig.Instances(2));
        rig.Servers.Answer = _ => rig.Servers.Seen.Count == 1 ? throw Refused() : new HttpResponseMessage(HttpStatusCode.Accepted);
        await rig.Client.GetAsync(new Uri("http://orders/x"));

        ended.Count.ShouldBe(2);
        (ended[0].Status, ended[0].GetTagItem("error.type"), ended[0].GetTagItem("akka.registry.attempt"))
            .ShouldBe((ActivityStatusCode.Error, "System.Net.Http.HttpRequestException", 0));
        var instance = (string)ended[1].GetTagItem("akka.registry.instance")!;
        instance.ShouldNotBe((string)ended[0].GetTagItem("akka.registry.instance")!);
        (ended[1].GetTagItem("akka.registry.service"), ended[1].GetTagItem("server.address"), ended[1].GetTagItem("server.port"))
            .ShouldBe(("orders", $"10.0.0.{instance[1]}", 8000 + (instance[1] - '0')));
        (ended[1].GetTagItem("http.request.resend_count"), ended[1].GetTagItem("http.response.status_code")).ShouldBe((1, 202));
    }

    [Fact]
    public void Options_are_held_to_their_rules_and_given_once()
    {
        var message = Should.Throw<ValidationException>(() => new ClientRig(options => options with { AttemptsMax = 0, RetryShareMax = 2 })).Message;
        message.ShouldContain("AttemptsMax");
        message.ShouldContain("RetryShareMax");
        Should.Throw<ValidationException>(() => new ClientRig(options => options with { Logic = "magic" })).Message.ShouldContain("'magic'");
        Should.Throw<InvalidOperationException>(() => new ClientRig(more: services => services.AddHttpClient("shop").AddRegistryRouting()))
            .Message.ShouldContain("'shop'");
    }

    [Fact]
    public void The_containers_logics_and_each_change_of_options_reach_the_router()
    {
        using var rig = new ClientRig(
            routing: options => options with { Zone = "a" },
            more: services => services.AddServiceRouter(options => options with { Logic = "first" })
                .AddSingleton<Akka.Registry.Routing.IRoutingLogic>(new FirstLogic()));
        (rig.Router.Options.Zone, rig.Router.Options.Logic).ShouldBe(("a", "first"));
        rig.Directory.Show(ClientRig.Instances(3));
        rig.Router.Pick("orders")!.Id.ShouldBe("i1");
    }

    private sealed class FirstLogic : Akka.Registry.Routing.IRoutingLogic
    {
        public string Name => "first";

        public void Select(Akka.Registry.Routing.RouteePool pool, in Akka.Registry.Routing.RoutingContext context, Span<int> chosen)
        {
            for (var i = 0; i < chosen.Length; i++)
                chosen[i] = i;
        }
    }
}
