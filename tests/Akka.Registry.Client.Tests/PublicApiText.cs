using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Akka.Registry.Client.Tests;

/// <summary>The public surface of an assembly as text: a line each type and member, in an order that no edit of the code moves.</summary>
internal static class PublicApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long",
        [typeof(ulong)] = "ulong", [typeof(double)] = "double", [typeof(string)] = "string", [typeof(object)] = "object",
    };

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Heading(type)).Append('\n');
            foreach (var member in Members(type).Order(StringComparer.Ordinal))
                text.Append("    ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string Heading(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : type.GetMethod("<Clone>$") is not null ? "record" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : "class";
        var modifier = type.IsInterface || type.IsValueType ? "" : type is { IsAbstract: true, IsSealed: true } ? "static "
            : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "";
        var bases = type.IsEnum ? [] : type.GetInterfaces()
            .Where(one => !(one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IEquatable<>)))
            .Select(Name).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
            bases.Insert(0, Name(parent));
        return $"{modifier}{kind} {type.Namespace}.{Name(type)}{(bases.Count == 0 ? "" : " : " + string.Join(", ", bases))}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name))}");
        var nullability = new NullabilityInfoContext();
        var members = new List<string>();
        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic))
            members.Add($"field {(field.IsStatic ? "static " : "")}{Shown(nullability.Create(field))} {field.Name}");
        foreach (var constructor in type.GetConstructors(Declared).Where(constructor => constructor.IsPublic && !IsMade(constructor)))
            members.Add($"new({Parameters(constructor, nullability)})");
        foreach (var property in type.GetProperties(Declared).Where(property => property.GetAccessors().Length > 0 && !IsMade(property)))
            members.Add(Property(property, nullability));
        foreach (var method in type.GetMethods(Declared).Where(method => method.IsPublic && !method.IsSpecialName && !IsMade(method)))
        {
            var arguments = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
            members.Add($"{(method.IsStatic ? "static " : "")}{Shown(nullability.Create(method.ReturnParameter))} {method.Name}{arguments}"
                + $"({Parameters(method, nullability)})");
        }

        return members;
    }

    private static string Property(PropertyInfo property, NullabilityInfoContext nullability)
    {
        var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var accessors = (property.GetMethod is { IsPublic: true } ? "get; " : "")
            + (property.SetMethod is { IsPublic: true } ? isInit ? "init; " : "set; " : "");
        var required = property.GetCustomAttribute<RequiredMemberAttribute>() is null ? "" : "required ";
        var isStatic = property.GetAccessors()[0].IsStatic ? "static " : "";
        return $"{isStatic}{required}{Shown(nullability.Create(property))} {property.Name} {{ {accessors}}}";
    }

    private static string Parameters(MethodBase method, NullabilityInfoContext nullability) =>
        string.Join(", ", method.GetParameters().Select(parameter => Parameter(parameter, nullability)));

    private static string Parameter(ParameterInfo parameter, NullabilityInfoContext nullability) =>
        $"{(parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "")}"
        + $"{Shown(nullability.Create(parameter))} {parameter.Name}"
        + (parameter.HasDefaultValue ? " = " + (parameter.DefaultValue ?? "default") : "");

    private static string Shown(NullabilityInfo shown)
    {
        var type = shown.Type.IsByRef ? shown.Type.GetElementType()! : shown.Type;
        return Name(type) + (!type.IsValueType && shown.ReadState == NullabilityState.Nullable ? "?" : "");
    }

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        var name = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        return type.IsGenericType
            ? $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : name;
    }

    /// <summary>Whether the compiler made it: of records, what each of them has.</summary>
    private static bool IsMade(MemberInfo member) =>
        member.GetCustomAttribute<CompilerGeneratedAttribute>() is not null || member.Name is "ToString" or "GetHashCode" or "Equals" or "<Clone>$";
}
