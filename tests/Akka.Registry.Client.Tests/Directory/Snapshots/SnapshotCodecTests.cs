using System.Security.Cryptography;
using System.Text.Json;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Directory.Snapshots;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Directory.Snapshots;

public class SnapshotCodecTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var views = new RandomViews(seed).Some();
            var reading = SnapshotCodec.Read(RandomViews.Write(views), RandomViews.Cluster);
            reading.Fault.ShouldBeNull($"seed {seed}");
            Show(reading.Views).ShouldBe(Show(views), $"seed {seed}");
        }
    }

    /// <summary>A property that is added to instances and forgotten in the file shows here.</summary>
    [Fact]
    public void Each_property_of_an_instance_is_kept()
    {
        var bare = new ServiceInstance { Service = "s", Id = "i", Epoch = 1, Address = "a", Status = InstanceStatus.Passing };
        foreach (var property in typeof(ServiceInstance).GetProperties().Where(property => property.SetMethod is not null))
        {
            var changed = bare with { };
            property.SetValue(changed, property.GetValue(bare) switch
            {
                string text => text + "x",
                bool flag => !flag,
                int number => number + 7,
                ulong number => number + 7,
                InstanceStatus => InstanceStatus.Draining,
                IReadOnlyList<string> => (string[])["one", "two"],
                IReadOnlyDictionary<string, string> => new Dictionary<string, string> { ["key"] = "text" },
                var other => throw new NotSupportedException($"{property.Name} is {other}: say here what else it may be."),
            });
            var read = ServiceInstance.Read(changed.ToWire());
            JsonSerializer.Serialize(read).ShouldBe(JsonSerializer.Serialize(changed), property.Name);
            JsonSerializer.Serialize(read).ShouldNotBe(JsonSerializer.Serialize(bare), property.Name);
        }
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_not_used()
    {
        var file = RandomViews.Write([new RandomViews(3).View("orders")]);
        for (var length = 0; length < file.Length; length++)
            SnapshotCodec.Read(file.AsMemory(0, length), RandomViews.Cluster).ShouldSatisfyAllConditions(
                reading => reading.Fault.ShouldNotBeNull($"cut to {length}"), reading => reading.Views.ShouldBeEmpty());
    }

    [Fact]
    public void A_file_with_one_bit_turned_is_not_used()
    {
        var file = RandomViews.Write([new RandomViews(4).View("orders")]);
        for (var bit = 0; bit < file.Length * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            SnapshotCodec.Read(file, RandomViews.Cluster).Fault.ShouldNotBeNull($"bit {bit}");
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Another_format_and_another_cluster_are_named()
    {
        var file = RandomViews.Write([]);
        SnapshotCodec.Read(file, "another").Fault.ShouldBe("it is of the cluster 'shop', and 'another' is meant");
        file[8] = 2;
        SnapshotCodec.Read(file, RandomViews.Cluster).Fault.ShouldBe("its format is 2, and 1 is read here");
        SnapshotCodec.Read("{\"services\":[]} and a little more, so that it is as long as a file may be"u8.ToArray(), "").Fault
            .ShouldBe("it is no snapshot of this registry's clients");
    }

    /// <summary>
    /// Whoever can write the file can make its checksum right: whatever lies behind one is read or refused, and nothing else.
    /// </summary>
    [Fact]
    public void Whatever_lies_behind_a_right_checksum_is_read_or_refused()
    {
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < 5_000; seed++)
        {
            var views = new RandomViews(seed);
            var file = Mutate(RandomViews.Write(views.Some()), views.Random);
            var reading = SnapshotCodec.Read(file, RandomViews.Cluster);
            if (reading.Fault is not null)
            {
                reading.Views.ShouldBeEmpty($"seed {seed}");
                refused++;
                continue;
            }

            read++;
            foreach (var view in reading.Views)
            {
                var ids = view.Instances.Select(instance => instance.Id).ToList();
                ids.ShouldBe([.. ids.Distinct().Order(StringComparer.Ordinal)], $"seed {seed}");
            }
        }

        // Both ends are reached, or the mutations are too tame or too wild to say anything.
        read.ShouldBeGreaterThan(500);
        refused.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void What_does_not_fit_is_left_out_and_the_rest_is_whole()
    {
        var views = new RandomViews(9);
        var (small, large) = (views.View("small"), views.View("large") with { Cursor = new string('c', 10_000) });
        using var file = new MemoryStream();
        SnapshotCodec.Write(file, RandomViews.Cluster, RandomViews.Now, [large, small], 8_000).ShouldBe(1);
        file.Length.ShouldBeLessThanOrEqualTo(8_000);
        SnapshotCodec.Read(file.ToArray(), RandomViews.Cluster).Views.Single().Service.ShouldBe("small");
    }

    private static byte[] Mutate(byte[] file, Random random)
    {
        var content = file[..^SHA256.HashSizeInBytes].ToList();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var at = random.Next(SnapshotCodec.HeaderBytes, content.Count);
            switch (random.Next(5))
            {
                case 0: content[at] = (byte)random.Next(256); break;
                case 1: content[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: content.Insert(at, (byte)random.Next(256)); break;
                case 3 when content.Count > SnapshotCodec.HeaderBytes + 1: content.RemoveAt(at); break;
                default: content.InsertRange(at, content.Skip(SnapshotCodec.HeaderBytes).Take(random.Next(20)).ToArray()); break;
            }
        }

        var bytes = content.ToArray();
        return [.. bytes, .. SHA256.HashData(bytes)];
    }

    private static string Show(IEnumerable<KeptView> views) =>
        JsonSerializer.Serialize(views.OrderBy(view => view.Service, StringComparer.Ordinal)
            .Select(view => view with { Instances = [.. view.Instances.OrderBy(instance => instance.Id, StringComparer.Ordinal)] }));
}
