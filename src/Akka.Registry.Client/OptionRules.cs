using System.ComponentModel.DataAnnotations;

namespace Akka.Registry.Client;

/// <summary>Holds options to their rules, all of them at once.</summary>
internal static class OptionRules
{
    /// <summary>Checks ranges, then relations between properties, of records and of those that are part of them.</summary>
    /// <exception cref="ValidationException">One or more rules are broken; the message tells each.</exception>
    public static void Check(params ReadOnlySpan<object> options)
    {
        var broken = new List<string>();
        foreach (var part in options)
        {
            // The context's own walk leaves relations out when a range is broken already.
            var results = new List<ValidationResult>();
            var context = new ValidationContext(part);
            if (!Validator.TryValidateObject(part, context, results, validateAllProperties: true)
                && part is IValidatableObject relations && results.TrueForAll(result => result.MemberNames.Any()))
                results.AddRange(relations.Validate(context));
            foreach (var result in results)
                broken.Add($"{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}");
        }

        if (broken.Count > 0)
            throw new ValidationException(string.Join(" ", broken.Distinct()));
    }
}
