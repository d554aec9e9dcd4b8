using Akka.Registry.Cluster;
using Akka.Registry.DistributedData.Signing;
using Akka.Registry.DistributedData.Tests.Replicator;
using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests.Signing;

/// <summary>Where records are signed a writer alone says how much it has written.</summary>
public class AttestationTests
{
    private const ulong Writer = 2;

    private readonly Solo _solo = new(signing: new Trusting());

    public AttestationTests()
    {
        ulong[] peers = [Writer, 3, 4, 5, 6];
        _solo.Members(peers);
        foreach (var peer in peers)
            _solo.Told(peer, VersionVector.Empty);
        _solo.Delta(Writer, VersionVector.Empty, Vector((Writer, 3)), []);
        _solo.Clear();
    }

    [Fact]
    public void Who_passes_on_more_than_the_writer_has_told_is_not_followed_and_the_writer_is_asked()
    {
        _solo.Delta(3, Vector((Writer, 3)), Vector((Writer, 5)), []);
        _solo.Machine.Map.Vector.ShouldBe(Vector((Writer, 3)));
        _solo.Clear();

        _solo.After(TimeSpan.FromSeconds(1.2));
        _solo.Digests(to: Writer).ShouldHaveSingleItem().ReplyWanted.ShouldBeTrue();
        _solo.Sent.Count(sent => sent.Frame is PeerFrame.Digest).ShouldBe(2, "it and one drawn by chance");

        _solo.Clear();
        _solo.After(TimeSpan.FromSeconds(1.2));
        _solo.Sent.Count(sent => sent.Frame is PeerFrame.Digest).ShouldBe(1, "it was asked");
    }

    [Fact]
    public void What_the_writer_has_told_may_be_passed_on()
    {
        _solo.Told(Writer, Vector((Writer, 5)));
        _solo.Delta(3, Vector((Writer, 3)), Vector((Writer, 5)), []);
        _solo.Machine.Map.Vector.ShouldBe(Vector((Writer, 5)));
    }

    private sealed class Trusting : IRecordSigning
    {
        public IReadOnlyList<ReadOnlyMemory<byte>> Passports => [];

        public ReadOnlyMemory<byte> Sign(MapRecord record) => default;

        public SignatureVerdict Verify(MapRecord record) => SignatureVerdict.Valid;

        public void Admit(ReadOnlyMemory<byte> passport)
        {
        }

        public ReadOnlyMemory<byte> PassportOf(NodeUid origin) => default;

        public bool IsBearer(NodeIdentity node) => true;

        public void Forget(Func<NodeUid, bool> isNeeded)
        {
        }
    }
}
