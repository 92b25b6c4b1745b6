using Shop.ServiceDefaults;
using Shop.Shipping;

return await ServiceHost.Run(() => ShippingService.Build(args));
