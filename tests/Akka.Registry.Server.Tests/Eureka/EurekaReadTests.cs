using System.Net;
using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Eureka;

/// <summary>What is asked of the door, held against what Netflix's server answers (eureka-core 2, captured).</summary>
public sealed class EurekaReadTests
{
    /// <summary>The capture's members in its order; where it has no value of its own the test's stands.</summary>
    private const string InstanceNames =
        "instanceId hostName app ipAddr status overriddenStatus port securePort countryId dataCenterInfo leaseInfo metadata homePageUrl "
        + "statusPageUrl healthCheckUrl vipAddress secureVipAddress isCoordinatingDiscoveryServer lastUpdatedTimestamp lastDirtyTimestamp actionType";

    [Fact]
    public async Task An_instance_is_shown_as_Netflixs_server_shows_it()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.RegisterAsync();

        var instance = await eureka.InstanceAsync();

        Answer.NamesOf(instance).ShouldBe(InstanceNames);
        instance.GetProperty("hostName").GetString().ShouldBe("h1");
        instance.GetProperty("app").GetString().ShouldBe("WEB");
        instance.GetProperty("ipAddr").GetString().ShouldBe("10.0.0.1");
        instance.GetProperty("status").GetString().ShouldBe("UP");
        instance.GetProperty("overriddenStatus").GetString().ShouldBe("UNKNOWN");
        instance.GetProperty("port").GetRawText().ShouldBe("""{"$":8080,"@enabled":"true"}""");
        instance.GetProperty("securePort").GetRawText().ShouldBe("""{"$":8443,"@enabled":"false"}""");
        instance.GetProperty("countryId").GetInt32().ShouldBe(1);
        instance.GetProperty("dataCenterInfo").GetRawText()
            .ShouldBe("""{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"}""");
        instance.GetProperty("metadata").GetRawText().ShouldBe("""{"zone":"z1"}""");
        instance.GetProperty("homePageUrl").GetString().ShouldBe("http://h1:8080/");
        instance.GetProperty("vipAddress").GetString().ShouldBe("web");
        instance.GetProperty("isCoordinatingDiscoveryServer").GetString().ShouldBe("false");
        instance.GetProperty("lastDirtyTimestamp").GetString().ShouldBe("1700000000000");
        instance.GetProperty("actionType").GetString().ShouldBe("ADDED");
        var lease = instance.GetProperty("leaseInfo");
        Answer.NamesOf(lease).ShouldBe(
            "renewalIntervalInSecs durationInSecs registrationTimestamp lastRenewalTimestamp evictionTimestamp serviceUpTimestamp");
        lease.GetProperty("renewalIntervalInSecs").GetInt32().ShouldBe(5);
        lease.GetProperty("durationInSecs").GetInt32().ShouldBe(15);
        lease.GetProperty("evictionTimestamp").GetInt64().ShouldBe(0);
        var updated = long.Parse(instance.GetProperty("lastUpdatedTimestamp").GetString()!);
        lease.GetProperty("registrationTimestamp").GetInt64().ShouldBeInRange(updated - 60_000, updated + 60_000);
        lease.GetProperty("lastRenewalTimestamp").GetInt64().ShouldBeInRange(updated - 60_000, updated + 60_000);
        lease.GetProperty("serviceUpTimestamp").GetInt64().ShouldBeInRange(updated - 60_000, updated + 60_000);
    }

    [Fact]
    public async Task The_same_in_xml_for_whoever_does_not_say_json()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.RegisterAsync();

        foreach (var accept in (string?[])[null, "*/*", "application/xml", "text/html,application/xhtml+xml,*/*;q=0.8"])
        {
            var answer = await eureka.GetAsync("/eureka/apps", accept);
            answer.ContentType.ShouldBe("application/xml");
            answer.ContentHeaders.ContentEncoding.ShouldBeEmpty();
            var apps = XDocument.Parse(answer.Body).Root!;
            apps.Name.LocalName.ShouldBe("applications");
            apps.Element("apps__hashcode")!.Value.ShouldBe("UP_1_");
            var instance = apps.Element("application")!.Element("instance")!;
            string.Join(' ', instance.Elements().Select(element => element.Name.LocalName))
                .ShouldBe(InstanceNames.Replace("overriddenStatus", "overriddenstatus"));
            instance.Element("port")!.ToString().ShouldBe("""<port enabled="true">8080</port>""");
            instance.Element("dataCenterInfo")!.Attribute("class")!.Value.ShouldBe("com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo");
            instance.Element("metadata")!.ToString(SaveOptions.DisableFormatting).ShouldBe("<metadata><zone>z1</zone></metadata>");
        }

        XDocument.Parse((await eureka.GetAsync("/eureka/apps/web", null)).Body).Root!.Name.LocalName.ShouldBe("application");
        XDocument.Parse((await eureka.GetAsync("/eureka/apps/web/h1:web:8080", null)).Body).Root!.Name.LocalName.ShouldBe("instance");
        XDocument.Parse((await eureka.GetAsync("/eureka/vips/nosuch", null)).Body).Root!.Elements().Count().ShouldBe(2);
    }

    [Theory]
    [InlineData("/eureka/apps", "applications")]
    [InlineData("/eureka/apps/", "applications")]
    [InlineData("/eureka/v2/apps/", "applications")]
    [InlineData("/eureka/apps?regions=us-east-1", "applications")]
    [InlineData("/eureka/apps/delta", "applications")]
    [InlineData("/eureka/v2/apps/delta/", "applications")]
    [InlineData("/eureka/apps/WEB", "application")]
    [InlineData("/eureka/apps/web/", "application")]
    [InlineData("/eureka/apps/WEB/h1:web:8080", "instance")]
    [InlineData("/eureka/apps/web/h1%3Aweb%3A8080", "instance")]
    [InlineData("/eureka/v2/apps/WEB/h1:web:8080", "instance")]
    [InlineData("/eureka/instances/h1:web:8080", "instance")]
    [InlineData("/eureka/vips/web", "applications")]
    [InlineData("/eureka/svips/web", "applications")]
    public async Task Every_path_of_a_client_leads_to_its_answer(string path, string root)
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.RegisterAsync();

        var answer = await eureka.GetAsync(path);

        answer.Status.ShouldBe(200);
        answer.ContentType.ShouldBe("application/json");
        answer.Names.ShouldBe(root);
        answer.Body.ShouldContain("\"instanceId\":\"h1:web:8080\"");
        if (root == "applications")
            Answer.NamesOf(answer.Json.GetProperty(root)).ShouldBe("versions__delta apps__hashcode application");
        if (root == "application")
            Answer.NamesOf(answer.Json.GetProperty(root)).ShouldBe("name instance");
    }

    [Theory]
    [InlineData("GET", "/eureka/apps/NOSUCH", 404)]
    [InlineData("GET", "/eureka/apps/WEB/nosuch", 404)]
    [InlineData("GET", "/eureka/instances/nosuch", 404)]
    [InlineData("GET", "/eureka/nosuch", 404)]
    [InlineData("GET", "/eureka", 404)]
    [InlineData("POST", "/eureka/peerreplication/batch/", 501)]
    [InlineData("PATCH", "/eureka/apps/WEB/h1", 405)]
    [InlineData("POST", "/eureka/apps", 405)]
    public async Task What_is_not_there_is_refused(string method, string path, int status)
    {
        await using var node = await RealNode.StartAsync();

        var answer = await new EurekaClient(node.Client).SendAsync(method, path, method == "POST" ? "{}" : null);

        answer.Status.ShouldBe(status);
        if (status == 501)
            answer.Body.ShouldContain("peerreplication is not served");
        if (path.EndsWith("/eureka", StringComparison.Ordinal))
            answer.Body.ShouldContain("apps/delta");
        if (status == 405)
            answer.ContentHeaders.Allow.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task An_unknown_virtual_address_is_an_empty_list_and_no_delta_goes_with_it()
    {
        await using var node = await RealNode.StartAsync();

        (await new EurekaClient(node.Client).GetAsync("/eureka/vips/nosuch")).Body
            .ShouldBe("""{"applications":{"versions__delta":"-1","apps__hashcode":"","application":[]}}""");
    }

    [Fact]
    public async Task Several_virtual_addresses_stand_in_one_field()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.RegisterAsync("1", more: ",\"vipAddress\":\"a.example,b.example\"");
        await eureka.RegisterAsync("2", more: ",\"vipAddress\":\"b.example\"");
        await eureka.RegisterAsync("3", status: "DOWN", more: ",\"vipAddress\":\"b.example.org\"");

        (await eureka.AppsAsync("/eureka/vips/a.example")).Instances.ShouldBe(["WEB/1=UP:ADDED"]);
        var both = await eureka.AppsAsync("/eureka/vips/B.Example");
        both.Instances.ShouldBe(["WEB/1=UP:ADDED", "WEB/2=UP:ADDED"]);
        both.HashCode.ShouldBe("UP_2_");
        (await eureka.AppsAsync("/eureka/vips/b.exam")).Instances.ShouldBeEmpty();
    }

    [Fact]
    public async Task Answers_are_compressed_for_whoever_asks_and_for_nobody_else()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        for (var i = 0; i < 300; i++)
            await eureka.RegisterAsync($"web-{i:000}");

        using var asked = new HttpRequestMessage(HttpMethod.Head, "/eureka/apps");
        using var head = await node.Client.SendAsync(asked);
        head.IsSuccessStatusCode.ShouldBeTrue();
        head.Content.Headers.ContentLength.ShouldBeNull("it is not made as a whole before it is sent");
        foreach (var path in (string[])["/eureka/apps", "/eureka/apps/web", "/eureka/apps/delta", "/eureka/vips/web"])
        {
            var plain = await eureka.SendAsync("GET", path, null, null, ("Accept", "application/json"), ("Accept-Encoding", "identity, gzip;q=0"));
            plain.ContentHeaders.ContentEncoding.ShouldBeEmpty();
            using var unzipping = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip });
            unzipping.BaseAddress = node.Client.BaseAddress;
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept", "application/json");
            using var raw = await node.Client.SendAsync(Zipped(path));
            raw.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
            (await raw.Content.ReadAsByteArrayAsync()).Length.ShouldBeLessThan(plain.Body.Length / 4);
            var unzipped = await (await unzipping.SendAsync(request)).Content.ReadAsStringAsync();
            Renewals(unzipped).ShouldBe(Renewals(plain.Body));
            plain.Json.GetRawText().Length.ShouldBeGreaterThan(100_000);
        }

        static HttpRequestMessage Zipped(string path)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, deflate");
            return request;
        }

        // The last renewal is told from what is left of the lease: two answers of different moments differ in nothing else.
        static string Renewals(string body) => System.Text.RegularExpressions.Regex.Replace(
            body, "\"lastRenewalTimestamp\":[0-9]+", "", System.Text.RegularExpressions.RegexOptions.NonBacktracking);
    }

    [Fact]
    public async Task What_other_doors_registered_has_values_that_do_no_harm()
    {
        await using var door = await EurekaDoorway.OpenAsync();
        door.Registry.Add("Orders", "1", with => with with
        {
            Address = "orders.example", Port = 0, Tags = ["v2", "eu"], Zone = "a", Version = "2.1.0", Weight = 3,
            Metadata = new Dictionary<string, string> { ["region"] = "eu", ["consul.check"] = "hidden", ["eureka.any"] = "hidden" },
            Ttl = TimeSpan.FromSeconds(30),
        });

        var instance = await door.Eureka.InstanceAsync("1", "ORDERS");

        instance.GetProperty("app").GetString().ShouldBe("ORDERS");
        instance.GetProperty("hostName").GetString().ShouldBe("orders.example");
        instance.GetProperty("ipAddr").GetString().ShouldBe("orders.example");
        instance.GetProperty("port").GetRawText().ShouldBe("""{"$":0,"@enabled":"false"}""");
        instance.GetProperty("vipAddress").GetString().ShouldBe("Orders");
        instance.GetProperty("metadata").GetRawText()
            .ShouldBe("""{"region":"eu","tags":"v2,eu","version":"2.1.0","weight":"3","zone":"a"}""");
        instance.GetProperty("leaseInfo").GetProperty("durationInSecs").GetInt32().ShouldBe(30);
        instance.GetProperty("leaseInfo").GetProperty("renewalIntervalInSecs").GetInt32().ShouldBe(10);
        (await door.Eureka.AppsAsync("/eureka/vips/orders")).Instances.ShouldBe(["ORDERS/1=UP:ADDED"]);
    }

    [Theory]
    [InlineData(InstanceStatus.Starting, null, "STARTING", "UNKNOWN")]
    [InlineData(InstanceStatus.Passing, null, "UP", "UNKNOWN")]
    [InlineData(InstanceStatus.Warning, null, "UP", "UNKNOWN")]
    [InlineData(InstanceStatus.Critical, null, "DOWN", "UNKNOWN")]
    [InlineData(InstanceStatus.Draining, null, "OUT_OF_SERVICE", "UNKNOWN")]
    [InlineData(InstanceStatus.Passing, InstanceStatus.OutOfService, "OUT_OF_SERVICE", "OUT_OF_SERVICE")]
    [InlineData(InstanceStatus.Critical, InstanceStatus.Passing, "UP", "UP")]
    [InlineData(InstanceStatus.Passing, InstanceStatus.Critical, "DOWN", "DOWN")]
    public async Task Statuses_outward_follow_the_table(InstanceStatus reported, InstanceStatus? byOperator, string status, string overridden)
    {
        await using var door = await EurekaDoorway.OpenAsync();
        door.Registry.Put(door.Registry.Add("web", "1") with { Reported = reported, Override = byOperator });

        var instance = await door.Eureka.InstanceAsync("1");

        instance.GetProperty("status").GetString().ShouldBe(status);
        instance.GetProperty("overriddenStatus").GetString().ShouldBe(overridden);
        (await door.Eureka.AppsAsync()).HashCode.ShouldBe($"{status}_1_");
    }

    [Fact]
    public async Task Services_whose_names_differ_in_case_alone_are_one_application()
    {
        await using var door = await EurekaDoorway.OpenAsync();
        door.Registry.Add("web", "1");
        door.Registry.Add("Web", "2");
        door.Registry.Add("WEB", "1");

        (await door.Eureka.AppsAsync()).Instances.ShouldBe(["WEB/1=UP:ADDED", "WEB/2=UP:ADDED"]);
        (await door.Eureka.AppsAsync()).HashCode.ShouldBe("UP_2_");
        (await door.Eureka.GetAsync("/eureka/apps/wEb/2")).Status.ShouldBe(200);
        (await door.Eureka.PutAsync("/eureka/apps/WEB/2")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_node_that_does_not_hold_the_whole_registry_says_so()
    {
        await using var door = await EurekaDoorway.OpenAsync();
        (door.Registry.IsReady, door.Registry.NotReadyReason) = (false, "It joins.");

        (await door.Eureka.GetAsync("/eureka/apps")).Status.ShouldBe(503);
        (await door.Eureka.PutAsync("/eureka/apps/WEB/1")).Status.ShouldBe(503);
    }
}
