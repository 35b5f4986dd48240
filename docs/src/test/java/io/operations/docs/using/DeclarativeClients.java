package io.operations.docs.using;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

@Configuration
@ImportHttpServices(group = "operations", types = ConfigurationsApi.class, clientType = ClientType.WEB_CLIENT)
class DeclarativeClients {

}
