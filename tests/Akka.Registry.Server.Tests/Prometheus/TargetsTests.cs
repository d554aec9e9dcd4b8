using Akka.Registry.Server.Prometheus;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Prometheus;

public sealed class TargetsTests
{
    private const string Path = "/api/v1/prometheus/targets";

    [Fact]
    public async Task An_instance_is_a_group_of_one_target_with_labels()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("web", "1", with => with with
        {
            Address = "10.0.0.9", Port = 8080, Tags = ["v2", "eu"], Zone = "a", Version = "2.1", Weight = 3,
            Metadata = new Dictionary<string, string>
            {
                ["metrics-path"] = "/m", ["metrics.path"] = "/n", ["größe"] = "\"x\"", ["eureka.vipAddress"] = "hidden", ["consul.x"] = "hidden",
            },
        });

        var answer = await door.GetAsync(Path);

        answer.Status.ShouldBe(200);
        answer.ContentType.ShouldBe("application/json");
        answer.Body.ShouldBe(Answer.OneLine(
            """
            [{"targets":["10.0.0.9:8080"],"labels":{"__meta_akka_registry_service":"web","__meta_akka_registry_instance_id":"1",
            "__meta_akka_registry_address":"10.0.0.9","__meta_akka_registry_port":"8080","__meta_akka_registry_status":"passing",
            "__meta_akka_registry_unverified":"false","__meta_akka_registry_tags":",v2,eu,","__meta_akka_registry_zone":"a",
            "__meta_akka_registry_version":"2.1","__meta_akka_registry_weight":"3","__meta_akka_registry_node":"node-1",
            "__meta_akka_registry_metadata_gr__e":"\"x\"","__meta_akka_registry_metadata_metrics_path":"/m"}}]
            """));
    }

    [Fact]
    public async Task Nothing_is_an_empty_list()
    {
        await using var door = await Door.OpenAsync();

        (await door.GetAsync(Path)).Body.ShouldBe("[]");
        (await door.GetAsync(Path + "?service=none")).Body.ShouldBe("[]");
    }

    [Theory]
    [InlineData("", "a:80 [2001:db8::1]:80 c:80 d")]
    [InlineData("?service=web", "a:80 [2001:db8::1]:80")]
    [InlineData("?service=web&service=orders", "a:80 [2001:db8::1]:80 c:80 d")]
    [InlineData("?tag=x", "a:80 c:80")]
    [InlineData("?tag=x&tag=y", "c:80")]
    [InlineData("?service=web&tag=x", "a:80")]
    [InlineData("?status=critical", "d")]
    public async Task Targets_are_chosen_by_service_tag_and_status(string query, string targets)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("web", "1", with => with with { Address = "a", Tags = ["x"] });
        door.Registry.Add("web", "2", with => with with { Address = "2001:db8::1" });
        door.Registry.Add("orders", "1", with => with with { Address = "c", Tags = ["y", "x"] });
        door.Registry.Add("orders", "2", with => with with { Address = "d", Port = 0, Status = InstanceStatus.Critical });

        var answer = await door.GetAsync(Path + query);

        var shown = answer.Json.EnumerateArray().Select(group => group.GetProperty("targets")[0].GetString()!);
        shown.Order(StringComparer.Ordinal).ShouldBe(targets.Split(' ').Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("region", "region")]
    [InlineData("my_key1", "my_key1")]
    [InlineData("management.port", "management_port")]
    [InlineData("a-b c/d", "a_b_c_d")]
    [InlineData("ключ", "____")]
    public void What_no_label_may_have_becomes_an_underscore(string key, string label) => TargetsApi.LabelName(key).ShouldBe(label);

    [Fact]
    public async Task An_unknown_parameter_is_refused()
    {
        await using var door = await Door.OpenAsync();

        (await door.GetAsync(Path + "?servce=web")).Status.ShouldBe(400);
    }
}
