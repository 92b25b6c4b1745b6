using Shop.Shipping;
using Shop.ServiceDefaults;

return await ServiceHost.Run(() => ShippingService.Build(args));
