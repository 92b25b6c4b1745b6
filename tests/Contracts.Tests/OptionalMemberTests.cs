using System.Reflection;

namespace Shop.Contracts.Tests;

/// <summary>What is null is left out when it is written; so whatever may be null must be allowed to be absent when it is read.</summary>
public sealed class OptionalMemberTests
{
    [Test]
    public void Whatever_may_be_null_may_be_absent()
    {
        var nullability = new NullabilityInfoContext();
        var missing = from type in typeof(OrderView).Assembly.GetExportedTypes()
                      where type.GetMethod("<Clone>$") is not null && type != typeof(EventType)
                      from constructor in type.GetConstructors()
                      from parameter in constructor.GetParameters()
                      where nullability.Create(parameter).WriteState == NullabilityState.Nullable && !parameter.HasDefaultValue
                      select $"{type.Name}.{parameter.Name}";
        Assert.That(missing, Is.Empty);
    }
}
