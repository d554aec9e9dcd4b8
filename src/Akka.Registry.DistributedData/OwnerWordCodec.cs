using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.DistributedData;

/// <summary>Owners' words on the wire. What is malformed, or more than one frame may hold, is refused as a whole.</summary>
internal static class OwnerWordCodec
{
    public static OwnerWord ToWire(PeerFrame.OwnerWord word)
    {
        var wire = new OwnerWord { Number = word.Number, Generation = word.Generation };
        wire.Questions.Add(word.Questions.Select(ToWire));
        wire.Released.Add(word.Released.Select(ToWire));
        wire.Kept.Add(word.Kept.Select(ReplicationCodec.ToWire));
        wire.Passports.Add(word.Passports.Select(UnsafeByteOperations.UnsafeWrap));
        return wire;
    }

    public static bool TryRead(OwnerWord wire, out PeerFrame frame)
    {
        const int max = PeerFrame.OwnerWord.KeysMax;
        frame = null!;
        if (wire.Questions.Count > max || wire.Released.Count > max || wire.Kept.Count > max)
            return false;
        var kept = new MapRecord[wire.Kept.Count];
        for (var i = 0; i < kept.Length; i++)
        {
            if (!MapRecord.TryFromWire(wire.Kept[i], out kept[i]))
                return false;
        }

        frame = new PeerFrame.OwnerWord(wire.Number, wire.Generation)
        {
            Questions = [.. wire.Questions.Select(key => new RecordKey(key.Service, key.Instance))],
            Released = [.. wire.Released.Select(key => new RecordKey(key.Service, key.Instance))],
            Kept = kept,
            Passports = [.. wire.Passports.Select(passport => passport.Memory)],
        };
        return true;
    }

    private static WireRecordKey ToWire(RecordKey key) => new() { Service = key.Service, Instance = key.Instance };
}
