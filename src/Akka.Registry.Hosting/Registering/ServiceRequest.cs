using System.ComponentModel.DataAnnotations;
using Akka.Registry.Hosting.Settings;
using Microsoft.Extensions.Configuration;

namespace Akka.Registry.Hosting.Registering;

/// <summary>One service that the application is to be registered for.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Configure">What code says; null for nothing.</param>
/// <param name="Configuration">What settings say above it; null for nothing.</param>
internal sealed record ServiceRequest(string Service, Action<RegistrationOptions>? Configure, IConfiguration? Configuration)
{
    /// <summary>The section of one service.</summary>
    public static string SectionOf(string service) => $"{SettingKeys.Root}:services:{service}";

    /// <summary>What code and settings say together.</summary>
    /// <param name="errors">Where all that is wrong is put.</param>
    public RegistrationOptions Resolve(List<SettingsError> errors)
    {
        var options = new RegistrationOptions();
        Configure?.Invoke(options);
        if (Configuration is not null)
        {
            try
            {
                options = OptionsBinder.Bind(Configuration, SectionOf(Service), options).Value;
            }
            catch (SettingsException wrong)
            {
                errors.AddRange(wrong.Errors);
                return options;
            }
        }

        var results = new List<ValidationResult>();
        if (Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true))
            return options;
        foreach (var result in results)
        {
            var key = SettingKeys.ToPath(SectionOf(Service))
                + string.Concat(result.MemberNames.Take(1).Select(name => "." + SettingKeys.ToKebabCase(name)));
            errors.Add(new SettingsError(key, "RegisterService", result.ErrorMessage ?? "It is not valid."));
        }

        return options;
    }
}
