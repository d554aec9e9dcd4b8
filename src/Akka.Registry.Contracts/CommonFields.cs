using static Akka.Registry.Contracts.InstanceValue;

namespace Akka.Registry.Contracts;

/// <summary>
/// Which bytes of an <see cref="InstanceValue"/> instances of a service mostly have in common: all between where an instance is reached
/// and when it was first registered.
/// </summary>
public static class CommonFields
{
    /// <summary>Where they lie; both 0 for nowhere, as in what is no such message, or has its fields in another order.</summary>
    public static (int From, int To) Of(ReadOnlySpan<byte> value)
    {
        var (from, to, last) = (0, 0, 0U);
        var fields = new ProtoFields(value);
        while (fields.Next())
        {
            var field = fields.Tag >> 3;
            if (field < last)
                return default;
            last = field;
            if (field < MethodsFieldNumber)
                from = to = value.Length - fields.Left;
            else if (field < RegisteredAtMsFieldNumber)
                to = value.Length - fields.Left;
        }

        return fields.IsMalformed ? default : (from, to);
    }

    /// <summary>Where they begin, in what is known to have its fields in order.</summary>
    public static int BeginIn(ReadOnlySpan<byte> value)
    {
        var begin = 0;
        var fields = new ProtoFields(value);
        while (fields.Next() && fields.Tag >> 3 < MethodsFieldNumber)
            begin = value.Length - fields.Left;
        return begin;
    }
}
