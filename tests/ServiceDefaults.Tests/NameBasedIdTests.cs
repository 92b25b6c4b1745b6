namespace Shop.ServiceDefaults.Tests;

public sealed class NameBasedIdTests
{
    [Test]
    public void The_same_name_has_the_same_id_in_every_process_and_version() => Assert.That(
        NameBasedId.Of("order", "payment-captured", "1"), Is.EqualTo(Frozen));

    [Test]
    public void Parts_are_kept_apart() => Assert.That(NameBasedId.Of("a", "bc"), Is.Not.EqualTo(NameBasedId.Of("ab", "c")));

    [Test]
    public void It_is_a_version_5_uuid()
    {
        var id = NameBasedId.Of("order");
        Assert.That((id.Version, id.Variant & 0xC), Is.EqualTo((5, 8)));
    }

    [Test]
    public void Long_and_foreign_names_have_ids_too() => Assert.That(
        NameBasedId.Of(new string('ä', 2000), "x"), Is.Not.EqualTo(NameBasedId.Of(new string('ä', 2000), "y")));

    // Computed by another program from RFC 9562, section 5.5, over the same namespace and length-prefixed parts.
    private static readonly Guid Frozen = new("150b37d3-34a1-51fa-be8f-8b9583246105");
}
