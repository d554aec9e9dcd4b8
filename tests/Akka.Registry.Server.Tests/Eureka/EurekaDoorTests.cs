using System.Reflection;
using Akka.Registry.Checks;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Server.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Eureka;

/// <summary>Where the door is, what it says of changes over HTTP, and that what it registers again is what stood.</summary>
public sealed class EurekaDoorTests
{
    [Fact]
    public async Task A_door_that_is_switched_off_is_not_there()
    {
        await using var door = await EurekaDoorway.OpenAsync(new EurekaOptions { Enabled = false });

        (await door.Eureka.GetAsync("/eureka/apps")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_door_with_an_address_of_its_own_is_there_alone()
    {
        await using var door = await EurekaDoorway.OpenAsync(new EurekaOptions { Urls = ["http://127.0.0.1:0"] });
        door.Registry.Add("web", "1");
        using var own = new HttpClient { BaseAddress = new Uri(door.Services.GetRequiredService<EurekaHost>().Urls.Single()) };

        (await door.Eureka.GetAsync("/eureka/apps")).Status.ShouldBe(404);
        (await new EurekaClient(own).AppsAsync()).Instances.ShouldBe(["WEB/1=UP:ADDED"]);
        (await new EurekaClient(own).GetAsync("/api/v1/services")).Status.ShouldBe(404);
        (await new EurekaClient(own).GetAsync("/eureka/apps/NOSUCH")).Status.ShouldBe(404);
        door.Registry.IsReady = false;
        (await new EurekaClient(own).GetAsync("/eureka/apps")).Status.ShouldBe(503);
    }

    [Fact]
    public async Task A_delta_names_what_changed_beside_the_hash_code_of_everything()
    {
        await using var node = await RealNode.StartAsync();
        var eureka = new EurekaClient(node.Client);
        await eureka.RegisterAsync("1");
        await eureka.RegisterAsync("2");
        var all = await eureka.AppsAsync();
        all.HashCode.ShouldBe("UP_2_");
        await eureka.PutAsync("/eureka/apps/WEB/1/status?value=OUT_OF_SERVICE");
        await eureka.DeleteAsync("/eureka/apps/WEB/2");
        await eureka.RegisterAsync("3", "orders", "STARTING");

        var delta = await eureka.AppsAsync("/eureka/apps/delta");

        delta.HashCode.ShouldBe("OUT_OF_SERVICE_1_STARTING_1_");
        delta.Version.ShouldNotBe(all.Version);
        delta.Instances.Order().ShouldBe(["ORDERS/3=STARTING:ADDED", "WEB/1=OUT_OF_SERVICE:MODIFIED", "WEB/2=UP:DELETED"]);
        (await eureka.AppsAsync()).ShouldSatisfyAllConditions(
            now => now.HashCode.ShouldBe(delta.HashCode), now => now.Version.ShouldBe(delta.Version));
        var deleted = (await eureka.GetAsync("/eureka/apps/delta")).Body;
        deleted.ShouldContain("\"evictionTimestamp\":1");
    }

    [Fact]
    public void What_is_registered_again_is_all_that_stood()
    {
        // A registration that learns something new has to be carried here, too, or a change of metadata would lose it.
        var carried = EntryRewrite.Of(Entry());
        foreach (var property in typeof(Registration).GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            var byDefault = property.GetValue(new Registration { Service = "", Id = "", Address = "" });
            property.GetValue(carried).ShouldNotBe(byDefault, $"{property.Name} is not carried, or the test gives it no value");
        }

        static ServiceEntry Entry() => Registered() with
        {
            Lease = LeaseKind.None, Checks = [CheckState.Initial(new CheckDefinition.Manual { Id = "c" })],
        };

        static ServiceEntry Registered() => new FakeRegistry().Add("web", "1", with => with with
        {
            Address = "10.0.0.9", Port = 81, Methods = ["m"], Tags = ["t"], Metadata = new Dictionary<string, string> { ["k"] = "v" }, Zone = "z",
            Version = "1", Weight = 7, Ttl = TimeSpan.FromSeconds(7), DeregisterAfter = TimeSpan.FromSeconds(9), Status = InstanceStatus.Warning,
        });
    }
}
